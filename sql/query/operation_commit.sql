-- From now on nothing that operation $1 made is taken back.
-- params: 1
-- rows: none
UPDATE tenantd.operations SET committed_at = clock_timestamp() WHERE id = $1::text;
