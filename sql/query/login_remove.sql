-- On a database server, after login_task: the role is not there any more, if it was ours.
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
	-- what it was granted of databases, whichever we are in
	EXECUTE format('DROP OWNED BY %I', role);
	EXECUTE format('DROP ROLE %I', role);
END $login$;
