-- As host_turn, until the transaction ends.
-- params: 1
-- rows: one
SELECT pg_advisory_xact_lock(hashtextextended('tenantd:' || $1::text, 0)) IS NULL;
