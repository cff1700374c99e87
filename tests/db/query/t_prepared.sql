-- params: 0
-- rows: one
SELECT count(*) FROM pg_prepared_statements;
