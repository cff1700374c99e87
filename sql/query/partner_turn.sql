-- The turn of partner $1 to be changed, until the transaction ends: after those who reserve some of its quota now, and
-- before those who will.
-- params: 1
-- rows: one
SELECT pg_advisory_xact_lock(1962, hashtext($1::text));
