-- The same of sequences.
-- params: 0
-- rows: none
-- idents: schema
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA :"schema" TO PUBLIC;
