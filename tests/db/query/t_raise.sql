-- params: 1
-- rows: one
SELECT t_raise($1::text);
