-- One migration runner at a time, until its transaction ends.
-- params: 0
-- rows: one
SELECT pg_advisory_xact_lock(7310579632178742379::bigint);
