-- Marks a database.
-- params: 0
-- rows: none
-- idents: database
-- literals: mark
COMMENT ON DATABASE :"database" IS :'mark';
