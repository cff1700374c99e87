-- Copies a database from a template.
-- params: 0
-- rows: none
-- idents: database, template
CREATE DATABASE :"database" TEMPLATE :"template";
