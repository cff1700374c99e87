-- params: 2
-- rows: none
UPDATE t SET v = $2::text WHERE id = $1::integer;
