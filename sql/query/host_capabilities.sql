-- On a database server: what our role may do there, and what that server is.
-- params: 0
-- rows: one
SELECT r.rolcreatedb OR r.rolsuper, r.rolcreaterole OR r.rolsuper, current_setting('server_version_num')::int,
       current_setting('server_version'), pg_is_in_recovery(), r.rolname
  FROM pg_roles r WHERE r.rolname = current_user;
