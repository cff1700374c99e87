-- params: 1
-- rows: one
SELECT v FROM t WHERE id = $1::integer;
