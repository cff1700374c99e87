-- params: 1
-- rows: one
SELECT $1::text;
