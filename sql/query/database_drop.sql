-- Removes a database, and ends whatever is connected to it.
-- params: 0
-- rows: none
-- idents: database
DROP DATABASE IF EXISTS :"database" WITH (FORCE);
