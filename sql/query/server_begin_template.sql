-- What database server $1 makes into a template: $2 name, NULL: nothing.
-- params: 2
-- rows: none
UPDATE tenantd.database_servers SET template_next = $2::text WHERE id = $1::text;
