-- The process that really serves this, which a pooler does not tell when one connects.
-- params: 0
-- rows: one
SELECT pg_backend_pid();
