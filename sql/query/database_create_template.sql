-- The database that becomes a template: from one that nobody has put anything into.
-- params: 0
-- rows: none
-- idents: database
CREATE DATABASE :"database" TEMPLATE template0;
