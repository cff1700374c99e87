-- Row-level security: a transaction sees the tenant whose id app.current_tenant_id holds
-- (compared as text), nothing without one, and everything with 'unset' if its role may manage.

-- Bodies are parsed now (RETURN …), so no search_path can change what they mean.
CREATE FUNCTION tenantd.current_tenant() RETURNS TEXT LANGUAGE sql STABLE PARALLEL SAFE
	RETURN nullif(current_setting('app.current_tenant_id', true), '');

-- Nobody, until grant_roles() has said who.
CREATE FUNCTION tenantd.is_control() RETURNS BOOLEAN LANGUAGE sql STABLE PARALLEL SAFE
	RETURN false;

CREATE FUNCTION tenantd.is_management() RETURNS BOOLEAN LANGUAGE sql STABLE PARALLEL SAFE
	RETURN coalesce(tenantd.current_tenant() = 'unset', false) AND tenantd.is_control();

-- Every table with a tenant_id gets this when it is made, or a row in rls_exempt.
CREATE FUNCTION tenantd.protect(relation REGCLASS) RETURNS VOID
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $$
BEGIN
	EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
	EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
	EXECUTE format('DROP POLICY IF EXISTS tenant_scope ON %s', relation);
	-- The sub-selects are evaluated once a query, not once a row.
	EXECUTE format('CREATE POLICY tenant_scope ON %s FOR ALL'
		' USING (tenant_id = (SELECT tenantd.current_tenant()) OR (SELECT tenantd.is_management()))'
		' WITH CHECK (tenant_id = (SELECT tenantd.current_tenant()) OR (SELECT tenantd.is_management()))',
		relation);
END $$;

SELECT tenantd.protect('public.tenant_users');
SELECT tenantd.protect('tenantd.events');
SELECT tenantd.protect('tenantd.jobs');
SELECT tenantd.protect('tenantd.audit');
SELECT tenantd.protect('tenantd.idempotency');

-- What a tenant's own application may know of its tenant.
CREATE VIEW tenantd.my_tenant WITH (security_barrier) AS
	SELECT t.id, t.tenant, c.name, t.slug, t.status, t.plan, t.billing_cycle, t.isolation,
	       t.onboarding_status, t.features, c.schema_name, t.created_at, t.updated_at
	  FROM public.tenants t
	  JOIN public.custom_auth_tenant c ON c.id = t.tenant
	 WHERE t.id = tenantd.current_tenant();

-- Says who may open the management context, and gives the roles exactly the rights they need.
-- '' for server: the owner; for control: the server role; for app: none. Called by every
-- `tenantd migrate` as the owner, after the migrations.
CREATE FUNCTION tenantd.grant_roles(server TEXT, control TEXT, app TEXT) RETURNS VOID
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	owner CONSTANT NAME := current_user;
	server_role CONSTANT NAME := coalesce(nullif(server, ''), owner);
	control_role CONSTANT NAME := coalesce(nullif(control, ''), server_role);
	app_role CONSTANT NAME := coalesce(nullif(app, ''), server_role);
	wanted NAME;
	right_of RECORD;
BEGIN
	FOREACH wanted IN ARRAY ARRAY[server_role, control_role, app_role] LOOP
		IF to_regrole(quote_ident(wanted)) IS NULL THEN
			RAISE EXCEPTION 'role "%" does not exist', wanted USING ERRCODE = 'undefined_object',
				HINT = format('Create it: CREATE ROLE %I LOGIN', wanted);
		END IF;
	END LOOP;
	IF NOT pg_has_role(server_role, control_role, 'MEMBER') THEN
		RAISE EXCEPTION 'role "%" is not a member of the control role "%"', server_role, control_role
			USING ERRCODE = 'insufficient_privilege',
			HINT = format('As a superuser: GRANT %I TO %I', control_role, server_role);
	END IF;
	IF app_role <> server_role AND pg_has_role(app_role, control_role, 'MEMBER') THEN
		RAISE EXCEPTION 'role "%" of the applications is a member of the control role "%"', app_role, control_role
			USING ERRCODE = 'invalid_role_specification',
			HINT = format('Revoke it: REVOKE %I FROM %I', control_role, app_role);
	END IF;

	-- The owner could drop the policies as well, so it manages too.
	EXECUTE 'CREATE OR REPLACE FUNCTION tenantd.is_control() RETURNS BOOLEAN'
		' LANGUAGE sql STABLE PARALLEL SAFE RETURN ' || CASE
		WHEN server_role = owner AND control_role = owner AND app_role = owner THEN 'true'
		ELSE format('current_user = %L::name OR pg_has_role(current_user, %L::name, ''MEMBER'')',
			owner, control_role) END;

	IF server_role <> owner THEN
		EXECUTE format('GRANT USAGE ON SCHEMA public, tenantd TO %I', server_role);
		FOR right_of IN SELECT relation, privileges FROM tenantd.server_rights ORDER BY relation LOOP
			-- what else the registry's other writers were given is not ours to take
			IF right_of.relation <> 'public.custom_auth_tenant' THEN
				EXECUTE format('REVOKE ALL ON %s FROM %I', right_of.relation, server_role);
			END IF;
			EXECUTE format('GRANT %s ON %s TO %I', right_of.privileges, right_of.relation, server_role);
		END LOOP;
		EXECUTE format('GRANT SELECT ON tenantd.my_tenant TO %I', server_role);
		EXECUTE format('GRANT EXECUTE ON FUNCTION tenantd.adopt_tenant(UUID), tenantd.adopt_all() TO %I', server_role);
		IF NOT has_database_privilege(server_role, current_database(), 'CREATE') THEN
			BEGIN
				EXECUTE format('GRANT CREATE ON DATABASE %I TO %I', current_database(), server_role);
			EXCEPTION WHEN insufficient_privilege THEN
				NULL; -- told below, as when the grant was empty
			END;
		END IF;
	END IF;
	IF NOT has_database_privilege(server_role, current_database(), 'CREATE') THEN
		RAISE WARNING 'role "%" cannot create schemas for tenants', server_role
			USING HINT = format('As the database''s owner: GRANT CREATE ON DATABASE %I TO %I',
				current_database(), server_role);
	END IF;
	IF app_role <> server_role THEN
		EXECUTE format('GRANT USAGE ON SCHEMA tenantd TO %I', app_role);
		EXECUTE format('GRANT SELECT ON tenantd.my_tenant TO %I', app_role);
	END IF;
END $$;
REVOKE ALL ON FUNCTION tenantd.protect(REGCLASS), tenantd.grant_roles(TEXT, TEXT, TEXT) FROM PUBLIC;

