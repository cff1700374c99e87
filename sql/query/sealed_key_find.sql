-- The key $1 as it is sealed, and whether this very transaction made it.
-- params: 1
-- rows: one
SELECT k.sealed, coalesce(k.xmin = pg_current_xact_id_if_assigned()::xid, false)
  FROM tenantd.sealed_keys k
 WHERE k.name = $1::text;
