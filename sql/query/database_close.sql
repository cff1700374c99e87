-- Nobody may connect to a database but its owner and whoever is granted it.
-- params: 0
-- rows: none
-- idents: database
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
