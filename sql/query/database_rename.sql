-- Gives a database another name.
-- params: 0
-- rows: none
-- idents: database, name
ALTER DATABASE :"database" RENAME TO :"name";
