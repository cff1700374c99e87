-- Takes $4 of metric $2, of kind $3, for tenant $1, if there is as much left by its own limits or those of the
-- plans $5: whether there was, how much is used, and the limit.
-- params: 5
-- rows: one
SELECT r.granted, r.used, r.hard
  FROM tenantd.quota_reserve($1::text, $2::text, $3::text, $4::bigint, $5::jsonb) AS r;
