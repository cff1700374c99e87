-- params: 0
-- rows: none
-- idents: schema, table
CREATE TABLE :"schema".:"table" (x integer, y text DEFAULT 'a'::"text");
