-- params: 0
-- rows: one
SELECT pg_backend_pid();
