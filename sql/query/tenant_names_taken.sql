-- Which of the names $1 and $2 another tenant than $3 has.
-- params: 3
-- rows: many
SELECT n.name, n.tenant_id
  FROM tenantd.names n
 WHERE n.name IN (lower($1::text), lower($2::text))
   AND n.tenant_id <> $3::text
   AND (n.held_until IS NULL OR n.held_until > now());
