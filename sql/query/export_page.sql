-- A page of what is held of tenant $1 in table $2: a place in its order, an array, and a row as JSON; after place $3, or
-- NULL; $4 how many.
-- params: 4
-- rows: many
SELECT place::text, line FROM tenantd.export_page($1::text, $2::text, $3::text[], $4::int);
