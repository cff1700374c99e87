-- The turn of partner $1 to provision many tenants, until the transaction ends: two that hold and want each other's
-- addresses would be a deadlock. Where nothing is known yet of how many tenants there are, plans go by the indexes.
-- params: 1
-- rows: one
SELECT pg_advisory_xact_lock(1957, hashtext($1::text)), set_config('jit', 'off', true),
       set_config('enable_seqscan', 'off', true);
