-- Which migrations there are is not for tenants to write.
-- params: 0
-- rows: none
-- idents: schema
REVOKE ALL ON TABLE :"schema".schema_migrations FROM PUBLIC;
