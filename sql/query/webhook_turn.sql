-- One webhook of tenant $1, of partner $2 or of the platform is made at a time: so their number is bounded.
-- params: 2
-- rows: one
SELECT pg_advisory_xact_lock(1952, hashtext(coalesce($1::text, 'partner:' || $2::text, '')));
