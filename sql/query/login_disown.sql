-- In the database of a login role, after login_task: what it has made becomes ours, and what it was granted
-- there is taken back.
-- params: 0
-- rows: none
DO $login$
DECLARE
	task CONSTANT JSONB := current_setting('tenantd.login')::jsonb;
	role CONSTANT TEXT := task ->> 'role';
BEGIN
	PERFORM FROM pg_roles r
	  WHERE r.rolname = role AND shobj_description(r.oid, 'pg_authid') = 'tenantd:' || (task ->> 'resource');
	IF NOT FOUND THEN
		RETURN;
	END IF;
	IF NOT pg_has_role(current_user, role, 'USAGE') THEN
		EXECUTE format('GRANT %I TO CURRENT_USER%s', role,
		               CASE WHEN current_setting('server_version_num')::int >= 160000 THEN ' WITH INHERIT TRUE, SET TRUE' ELSE '' END);
	END IF;
	EXECUTE format('REASSIGN OWNED BY %I TO CURRENT_USER', role);
	EXECUTE format('DROP OWNED BY %I', role);
END $login$;
