-- The turn under this key, until the transaction ends: $1 scope.
-- params: 1
-- rows: one
SELECT pg_advisory_xact_lock(hashtextextended($1::text, 11));
