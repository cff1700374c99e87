-- params: 3
-- rows: none
INSERT INTO tenantd.migrations (number, name, checksum)
VALUES ($1::integer, $2::text, encode(sha256(convert_to($3::text, 'UTF8')), 'hex'));
