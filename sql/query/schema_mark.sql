-- Marks a schema.
-- params: 0
-- rows: none
-- idents: schema
-- literals: mark
COMMENT ON SCHEMA :"schema" IS :'mark';
