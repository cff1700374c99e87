-- $1 operation, $2 what is to be shown once, sealed; NULL: nothing any more.
-- params: 2
-- rows: none
UPDATE tenantd.operations SET secrets = $2::text WHERE id = $1::text;
