-- One process claims jobs at a time, until its transaction ends: so a pool's bound is exact.
-- params: 0
-- rows: one
SELECT pg_advisory_xact_lock(1951, 1);
