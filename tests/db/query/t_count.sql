-- params: 0
-- rows: one
SELECT count(*) FROM t;
