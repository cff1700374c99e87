-- params: 1
-- rows: one
SELECT pg_sleep($1::float8);
