-- Webhooks with a secret that is sealed under another key than $1, held until the transaction ends, at most
-- $2: id, tenant or NULL, partner or NULL, and the sealed secrets as a JSON array.
-- params: 2
-- rows: many
SELECT w.id, w.tenant_id, w.partner_id, jsonb_path_query_array(w.secrets, '$[*].sealed')::text
  FROM tenantd.webhooks w
 WHERE EXISTS (SELECT FROM jsonb_array_elements(w.secrets) AS a (s)
                WHERE split_part(s->>'sealed', '.', 2) <> $1::text)
 ORDER BY w.id
 LIMIT $2::int
   FOR UPDATE;
