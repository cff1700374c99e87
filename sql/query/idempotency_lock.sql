-- Whether nobody else is at work under this key: $1 scope.
-- params: 1
-- rows: one
SELECT pg_try_advisory_xact_lock(hashtextextended($1::text, 11));
