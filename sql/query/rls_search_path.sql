-- So that the names in what PostgreSQL prints are always written out.
-- params: 0
-- rows: none
SET LOCAL search_path TO pg_catalog;
