-- What webhook $1 is to be told of event $2; the columns of the event are NULL where it is not kept any
-- more, or not for this webhook.
-- params: 2
-- rows: one
SELECT w.tenant_id, w.url, w.enabled,
       (SELECT jsonb_agg(s->'sealed' ORDER BY place)
          FROM jsonb_array_elements(w.secrets) WITH ORDINALITY AS a (s, place)
         WHERE s->>'expiresAt' IS NULL OR (s->>'expiresAt')::timestamptz > now())::text,
       e.id, e.tenant_id, e.kind, e.version, to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       e.payload::text
  FROM tenantd.webhooks w
  LEFT JOIN tenantd.events e ON e.seq = $2::bigint AND (w.tenant_id IS NULL OR e.tenant_id = w.tenant_id)
 WHERE w.id = $1::text;
