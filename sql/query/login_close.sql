-- On a database server, after login_task: nobody logs in as this role any more, if it is ours.
-- params: 0
-- rows: none
DO $login$
DECLARE
	task CONSTANT JSONB := current_setting('tenantd.login')::jsonb;
	role CONSTANT TEXT := task ->> 'role';
BEGIN
	PERFORM FROM pg_roles r
	  WHERE r.rolname = role AND shobj_description(r.oid, 'pg_authid') = 'tenantd:' || (task ->> 'resource');
	IF FOUND THEN
		EXECUTE format('ALTER ROLE %I NOLOGIN', role);
	END IF;
END $login$;
