-- params: 0
-- rows: many
SELECT * FROM t_plan;
