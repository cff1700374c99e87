-- One role that owns the tables and runs the server, with no right more than it needs; what
-- a shared host gives is at least this. Its database is there:
--   psql -v role=tenantd -f one-role.sql DATABASE
-- Then: DATABASE_URL of that role, tenantd migrate.
\set ON_ERROR_STOP on
CREATE ROLE :"role" LOGIN; -- \password sets one
SELECT current_database() AS database \gset
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- CREATE: the schema tenantd, and those of tenants
GRANT CONNECT, CREATE ON DATABASE :"database" TO :"role";
-- CREATE: custom_auth_tenant, tenants, users, tenant_users
GRANT USAGE, CREATE ON SCHEMA public TO :"role";
