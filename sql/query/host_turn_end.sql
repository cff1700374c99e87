-- Ends what host_turn began.
-- params: 1
-- rows: one
SELECT pg_advisory_unlock(hashtextextended('tenantd:' || $1::text, 0));
