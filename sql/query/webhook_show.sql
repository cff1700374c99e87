-- Webhook $1 of tenant $2 or of partner $3; both NULL: of the platform.
-- params: 3
-- rows: one
SELECT w.id, w.tenant_id, w.partner_id, w.url, w.description, array_to_json(w.kinds)::text, w.concurrency, w.enabled,
       w.disabled_reason, to_char(w.disabled_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       w.version, w.created_by, to_char(w.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(w.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       (SELECT json_agg(json_build_object('createdAt', s->'createdAt', 'expiresAt', s->'expiresAt') ORDER BY place)
          FROM jsonb_array_elements(w.secrets) WITH ORDINALITY AS a (s, place)
         WHERE s->>'expiresAt' IS NULL OR (s->>'expiresAt')::timestamptz > now())::text
  FROM tenantd.webhooks w
 WHERE w.id = $1::text AND w.tenant_id IS NOT DISTINCT FROM $2::text
   AND w.partner_id IS NOT DISTINCT FROM $3::text;
