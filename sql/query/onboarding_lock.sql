-- One user's onboarding at a time, until the transaction ends: $1 user. The two halves
-- of a 64-bit hash, in the lock space of integer pairs.
-- params: 1
-- rows: one
SELECT pg_advisory_xact_lock((h >> 32)::int, ((h << 32) >> 32)::int)
  FROM hashtextextended($1::text, 7) AS h;
