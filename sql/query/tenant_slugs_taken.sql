-- Which of the names $1 are in use, or held for another tenant than $2 ('': for any).
-- params: 2
-- rows: many
SELECT n.name, n.kind
  FROM tenantd.names n
 WHERE n.name = ANY ($1::text[])
   AND n.tenant_id <> $2::text
   AND (n.held_until IS NULL OR n.held_until > now());
