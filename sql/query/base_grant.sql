-- Whoever is let into a tenant's database or schema may use what lies there: CONNECT, or USAGE of the
-- schema, is what keeps others out.
-- params: 0
-- rows: none
-- idents: schema
GRANT SELECT, INSERT, UPDATE, DELETE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA :"schema" TO PUBLIC;
