-- Whoever is let into a tenant's database or schema may use what lies there: CONNECT, or USAGE of the
-- schema, is what keeps others out. No triggers: those would run with the rights of whoever writes, ours too.
-- params: 0
-- rows: none
-- idents: schema
GRANT SELECT, INSERT, UPDATE, DELETE, REFERENCES ON ALL TABLES IN SCHEMA :"schema" TO PUBLIC;
