-- params: 2
-- rows: none
INSERT INTO t (id, v) VALUES ($1::integer, $2::text);
