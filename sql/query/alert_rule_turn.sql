-- One rule of tenant $1, or of the platform, is made at a time: so their number is bounded.
-- params: 1
-- rows: one
SELECT pg_advisory_xact_lock(1953, hashtext(coalesce($1::text, '')));
