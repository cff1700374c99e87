-- Removes a schema with all that is in it.
-- params: 0
-- rows: none
-- idents: schema
DROP SCHEMA IF EXISTS :"schema" CASCADE;
