-- The same as host_turn, without waiting: whether it is ours.
-- params: 1
-- rows: one
SELECT pg_try_advisory_lock(hashtextextended('tenantd:' || $1::text, 0));
