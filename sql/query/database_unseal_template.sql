-- Makes a template a database as others are, so that it can be removed.
-- params: 0
-- rows: none
-- idents: database
ALTER DATABASE :"database" WITH IS_TEMPLATE false;
