-- One change of tenant $1's limits is made at a time.
-- params: 1
-- rows: one
SELECT pg_advisory_xact_lock(1970, hashtext($1::text));
