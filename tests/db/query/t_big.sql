-- params: 0
-- rows: many
SELECT repeat('x', 1000) FROM generate_series(1, 5000);
