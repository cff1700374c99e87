-- A tenant's schema; one that is there already is a failure.
-- params: 0
-- rows: none
-- idents: schema
CREATE SCHEMA :"schema";
