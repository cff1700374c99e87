-- Writes down that a migration was applied.
-- params: 0
-- rows: none
-- idents: schema
-- literals: name, checksum
INSERT INTO :"schema".schema_migrations (name, checksum) VALUES (:'name', :'checksum');
