-- What database server $1 copies from now on: $2 name, $3 stamp; what it copied before is to be removed.
-- params: 3
-- rows: none
UPDATE tenantd.database_servers SET template = $2::text, template_stamp = $3::text, template_next = template
 WHERE id = $1::text;
