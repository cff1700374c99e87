-- An owner that migrates, a server that serves, a control role that may manage, and a role of
-- the tenants' applications, each with no right more than it needs. Their database is there:
--   psql -v owner=tenantd_owner -v control=tenantd_control -v server=tenantd -v app=tenantd_app \
--       -f separate-roles.sql DATABASE
-- Then: DATABASE_OWNER_URL of the owner, DATABASE_URL of the server, DB_CONTROL_ROLE and
-- DB_APP_ROLE, tenantd migrate. That gives the server and the applications their rights in
-- the schemas, each time.
\set ON_ERROR_STOP on
CREATE ROLE :"owner" LOGIN; -- \password sets one
CREATE ROLE :"control" NOLOGIN;
CREATE ROLE :"server" LOGIN;
CREATE ROLE :"app" LOGIN;
GRANT :"control" TO :"server";
SELECT current_database() AS database \gset
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- CREATE: the schema tenantd
GRANT CONNECT, CREATE ON DATABASE :"database" TO :"owner";
-- CREATE: custom_auth_tenant, tenants, users, tenant_users
GRANT USAGE, CREATE ON SCHEMA public TO :"owner";

-- CREATE: the schemas of new tenants; not needed with TENANT_SCHEMAS=off
GRANT CONNECT, CREATE ON DATABASE :"database" TO :"server";
GRANT USAGE ON SCHEMA public TO :"server";

GRANT CONNECT ON DATABASE :"database" TO :"app";
