-- params: 0
-- rows: many
SELECT true, 9007199254740993::bigint, NULL::text UNION ALL SELECT false, NULL, 'x';
