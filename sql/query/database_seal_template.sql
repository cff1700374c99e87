-- Makes a database a template, to which nobody connects.
-- params: 0
-- rows: none
-- idents: database
ALTER DATABASE :"database" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false;
