-- One API key of partner $1, or of tenant $2, is made at a time: so their number is bounded.
-- params: 2
-- rows: one
SELECT pg_advisory_xact_lock(1961, hashtext(coalesce('p' || $1::text, 't' || $2::text)));
