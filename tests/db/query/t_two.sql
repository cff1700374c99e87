-- params: 0
-- rows: one
SELECT generate_series(1, 2);
