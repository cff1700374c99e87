-- Whether our role may make others here, and the database that we are in.
-- params: 0
-- rows: one
SELECT r.rolcreaterole OR r.rolsuper, current_database() FROM pg_roles r WHERE r.rolname = current_user;
