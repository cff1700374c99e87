-- What webhook $1 is to be told of event $2; the columns of the event are NULL where it is not kept any
-- more, or not for this webhook. The fifth column: it is of a partner who is suspended.
-- params: 2
-- rows: one
SELECT w.tenant_id, w.partner_id, w.url, w.enabled, coalesce(p.status <> 'active', false),
       (SELECT jsonb_agg(s->'sealed' ORDER BY place)
          FROM jsonb_array_elements(w.secrets) WITH ORDINALITY AS a (s, place)
         WHERE s->>'expiresAt' IS NULL OR (s->>'expiresAt')::timestamptz > now())::text,
       e.id, e.tenant_id, e.kind, e.version, to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       e.payload::text
  FROM tenantd.webhooks w
  LEFT JOIN tenantd.partners p ON p.id = w.partner_id
  LEFT JOIN tenantd.events e ON e.seq = $2::bigint
   AND CASE WHEN w.partner_id IS NOT NULL THEN e.partner_id = w.partner_id
            ELSE w.tenant_id IS NULL OR e.tenant_id = w.tenant_id END
 WHERE w.id = $1::text;
