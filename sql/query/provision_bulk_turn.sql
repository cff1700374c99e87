-- The turn of partner $1 to provision many tenants, until the transaction ends: two that hold and want each other's
-- addresses would be a deadlock.
-- params: 1
-- rows: none
SELECT pg_advisory_xact_lock(1957, hashtext($1::text));
