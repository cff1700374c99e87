-- Writes down that a migration was applied.
-- params: 0
-- rows: none
-- idents: schema
-- literals: number, name, checksum
INSERT INTO :"schema".schema_migrations (number, name, checksum) VALUES (:'number'::int, :'name', :'checksum');
