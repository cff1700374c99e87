-- One superuser at a time ceases to be one, until the transaction ends: so the last one stays.
-- params: 0
-- rows: one
SELECT pg_advisory_xact_lock(1954, 1);
