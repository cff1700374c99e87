-- params: 0
-- rows: none
-- idents: schema
CREATE SCHEMA :"schema";
