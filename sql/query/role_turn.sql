-- Who may do what in tenant $1 is changed by one at a time.
-- params: 1
-- rows: one
SELECT pg_advisory_xact_lock(1963, hashtext($1::text));
