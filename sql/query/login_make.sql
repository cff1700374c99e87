-- On a database server, after login_task: the login role is there and as it is said: made where it is
-- not, if "make" says so. One that is there without our mark is somebody's, and stays as it is.
-- A password is left as it was where none is given.
-- params: 0
-- rows: none
DO $login$
DECLARE
	task CONSTANT JSONB := current_setting('tenantd.login')::jsonb;
	role CONSTANT TEXT := task ->> 'role';
	mark CONSTANT TEXT := 'tenantd:' || (task ->> 'resource');
	ours TEXT;
BEGIN
	SELECT coalesce(shobj_description(r.oid, 'pg_authid'), '') INTO ours FROM pg_roles r WHERE r.rolname = role;
	IF ours IS NULL THEN
		IF NOT (task ->> 'make')::boolean THEN
			RETURN;
		END IF;
		EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION', role);
		EXECUTE format('COMMENT ON ROLE %I IS %L', role, mark);
	ELSIF ours <> mark THEN
		RAISE EXCEPTION 'there is a role "%" already, which is not ours', role USING ERRCODE = 'TD409';
	END IF;
	EXECUTE format('ALTER ROLE %I %s CONNECTION LIMIT %s', role,
	               CASE WHEN (task ->> 'login')::boolean THEN 'LOGIN' ELSE 'NOLOGIN' END, (task ->> 'connections')::int);
	IF task ->> 'verifier' IS NOT NULL THEN
		EXECUTE format('ALTER ROLE %I PASSWORD %L', role, task ->> 'verifier');
	END IF;
	EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', role, (task ->> 'timeout')::int);
	-- so that we may end its sessions, and take over what it has made
	IF NOT pg_has_role(current_user, role, 'USAGE') THEN
		EXECUTE format('GRANT %I TO CURRENT_USER%s', role,
		               CASE WHEN current_setting('server_version_num')::int >= 160000 THEN ' WITH INHERIT TRUE, SET TRUE' ELSE '' END);
	END IF;
	IF task ->> 'schema' IS NULL THEN
		EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', task ->> 'database');
		EXECUTE format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO %I', task ->> 'database', role);
	ELSE
		-- where it could make functions that other sessions find by their names alone, it gets no login
		IF EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = 'public' AND has_schema_privilege(role, n.oid, 'CREATE')) THEN
			RAISE EXCEPTION 'every role may create in schema "public" of database "%": REVOKE CREATE ON SCHEMA public FROM PUBLIC',
				task ->> 'database' USING ERRCODE = '42501';
		END IF;
		IF NOT has_database_privilege(role, task ->> 'database', 'CONNECT') THEN
			EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', task ->> 'database', role);
		END IF;
		EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', task ->> 'schema', role);
		EXECUTE format('ALTER ROLE %I IN DATABASE %I SET search_path = %I', role, task ->> 'database', task ->> 'schema');
	END IF;
	IF NOT has_database_privilege(role, task ->> 'database', 'CONNECT') THEN
		RAISE EXCEPTION 'our role may not let others connect to database "%"', task ->> 'database' USING ERRCODE = '42501';
	END IF;
END $login$;
