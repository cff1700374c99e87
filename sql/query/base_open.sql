-- Whoever is let into a database may make tables there.
-- params: 0
-- rows: none
-- idents: schema
GRANT USAGE, CREATE ON SCHEMA :"schema" TO PUBLIC;
