-- The schema for that, in a database of its own.
-- params: 0
-- rows: none
-- idents: schema
CREATE SCHEMA IF NOT EXISTS :"schema";
