-- Webhooks of tenant $1 or of partner $2, both NULL: of the platform, in the order of ids: $3 the id to go
-- on after, or NULL; $4 how many.
-- params: 4
-- rows: many
SELECT w.id, w.tenant_id, w.partner_id, w.url, w.description, array_to_json(w.kinds)::text, w.concurrency, w.enabled,
       w.disabled_reason, to_char(w.disabled_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       w.version, w.created_by, to_char(w.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(w.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       (SELECT json_agg(json_build_object('createdAt', s->'createdAt', 'expiresAt', s->'expiresAt') ORDER BY place)
          FROM jsonb_array_elements(w.secrets) WITH ORDINALITY AS a (s, place)
         WHERE s->>'expiresAt' IS NULL OR (s->>'expiresAt')::timestamptz > now())::text
  FROM tenantd.webhooks w
 WHERE (w.tenant_id = $1::text OR w.partner_id = $2::text
        OR ($1::text IS NULL AND $2::text IS NULL AND w.tenant_id IS NULL AND w.partner_id IS NULL))
   AND w.id > coalesce($3::text, '')
 ORDER BY w.id
 LIMIT $4::int;
