-- One OAuth client of tenant $1 is made at a time: so their number is bounded.
-- params: 1
-- rows: one
SELECT pg_advisory_xact_lock(1956, hashtext($1::text));
