-- Keys of tenants that are sealed under another key than $1, held until the transaction ends, in the order
-- of tenants after $2, at most $3.
-- params: 3
-- rows: many
SELECT tenant_id, sealed
  FROM tenantd.tenant_keys
 WHERE split_part(sealed, '.', 2) <> $1::text
   AND tenant_id > $2::text
 ORDER BY tenant_id
 LIMIT $3::int
   FOR UPDATE;
