-- Which migrations a tenant's database or schema has.
-- params: 0
-- rows: many
-- idents: schema
SELECT m.name, m.checksum FROM :"schema".schema_migrations m ORDER BY m.number;
