-- params: 1
-- rows: none
INSERT INTO t_late (id) VALUES ($1::integer);
