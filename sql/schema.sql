-- The schema after the newest migration, as pg_dump prints it; made by tests/sql/schema.sh.
CREATE SCHEMA tenantd;

CREATE FUNCTION tenantd.adopt_all() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	made BIGINT;
	rest UUID;
BEGIN
	INSERT INTO public.tenants (id, tenant, slug, status, created_at, deactivated_at)
		SELECT m.id::text, m.id,
		       CASE WHEN m.place = 1 AND s.name IS NULL THEN m.short_slug ELSE m.long_slug END,
		       CASE WHEN m.is_active IS FALSE THEN 'deactivated' ELSE 'active' END,
		       coalesce(m.created_at, now()),
		       CASE WHEN m.is_active IS FALSE THEN now() END
		  FROM (SELECT c.id, c.is_active, c.created_at,
		               'tenant-' || replace(c.id::text, '-', '') AS long_slug,
		               'tenant-' || left(replace(c.id::text, '-', ''), 12) AS short_slug,
		               row_number() OVER (PARTITION BY left(replace(c.id::text, '-', ''), 12)
		                                      ORDER BY c.id) AS place
		          FROM public.custom_auth_tenant c
		         WHERE NOT EXISTS (SELECT FROM public.tenants t WHERE t.tenant = c.id)) AS m
		  LEFT JOIN tenantd.names s ON s.name = m.short_slug
		  LEFT JOIN tenantd.names l ON l.name = m.long_slug
		 WHERE l.name IS NULL
		ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS made = ROW_COUNT;
	FOR rest IN
		SELECT c.id FROM public.custom_auth_tenant c
		 WHERE NOT EXISTS (SELECT FROM public.tenants t WHERE t.tenant = c.id)
	LOOP
		BEGIN
			IF tenantd.adopt_tenant(rest) THEN
				made := made + 1;
			END IF;
		EXCEPTION WHEN OTHERS THEN
			PERFORM tenantd.record_adoption_fault(rest, SQLERRM);
		END;
	END LOOP;
	RETURN made;
END $$;

CREATE FUNCTION tenantd.adopt_row() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	twin RECORD;
BEGIN
	IF TG_OP = 'INSERT' THEN
		SELECT id, status, status_reason, updated_at INTO twin FROM public.tenants WHERE tenant = NEW.id;
		IF NOT FOUND THEN
			PERFORM tenantd.adopt_tenant(NEW.id);
		ELSIF twin.status = 'deactivated' AND twin.status_reason = 'deleted from the registry'
		      AND NEW.is_active IS NOT FALSE THEN
			UPDATE public.tenants SET status = 'active', status_reason = NULL
			 WHERE id = twin.id AND status = 'deactivated' AND status_reason = 'deleted from the registry';
		ELSIF twin.updated_at <> now() THEN -- else made together with its row, by this program
			PERFORM tenantd.tell_registry(NEW.id, 'tenant.updated');
		END IF;
		RETURN NULL;
	END IF;
	IF TG_OP = 'DELETE' THEN
		PERFORM tenantd.follow_registry(OLD.id, false, false);
		RETURN NULL;
	END IF;
	IF NEW.id <> OLD.id THEN
		PERFORM tenantd.follow_registry(OLD.id, false, false);
	ELSE
		IF (NEW.is_active IS FALSE) <> (OLD.is_active IS FALSE) THEN
			PERFORM tenantd.follow_registry(NEW.id, true, NEW.is_active IS NOT FALSE);
		END IF;
		IF NEW.owner_id IS DISTINCT FROM OLD.owner_id THEN
			PERFORM tenantd.end_ownership(NEW.id, OLD.owner_id);
		END IF;
	END IF;
	PERFORM tenantd.adopt_tenant(NEW.id);
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM tenantd.record_adoption_fault(CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END, SQLERRM);
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.adopt_tenant(registry_id uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	hex CONSTANT TEXT := replace(registry_id::text, '-', '');
	slugs CONSTANT TEXT[] := ARRAY['tenant-' || left(hex, 12), 'tenant-' || hex,
		'tenant-' || hex || '-2', 'tenant-' || hex || '-3'];
	place INT := 1;
	made INT;
BEGIN
	IF EXISTS (SELECT FROM public.tenants WHERE tenant = registry_id) THEN
		RETURN false;
	END IF;
	LOOP
		BEGIN
			INSERT INTO public.tenants (id, tenant, slug, status, created_at, deactivated_at)
				SELECT c.id::text, c.id, slugs[place],
				       CASE WHEN c.is_active IS FALSE THEN 'deactivated' ELSE 'active' END,
				       coalesce(c.created_at, now()),
				       CASE WHEN c.is_active IS FALSE THEN now() END
				  FROM public.custom_auth_tenant c
				 WHERE c.id = registry_id
				ON CONFLICT DO NOTHING;
			GET DIAGNOSTICS made = ROW_COUNT;
			RETURN made > 0;
		EXCEPTION WHEN unique_violation THEN
			IF place >= cardinality(slugs) THEN
				RAISE;
			END IF;
			place := place + 1;
		END;
	END LOOP;
END $$;

CREATE FUNCTION tenantd.audit_checkpoints_guard() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
	RAISE EXCEPTION 'a checkpoint of the audit log stays (%)', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION tenantd.audit_guard() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	same RECORD;
BEGIN
	IF TG_OP = 'UPDATE' THEN
		same := NEW;
		same.seq := OLD.seq;
		same.seal := OLD.seal;
		IF NEW *= OLD OR (OLD.seq IS NULL AND OLD.seal IS NULL AND same *= OLD) THEN
			RETURN NEW;
		END IF;
	ELSIF TG_OP = 'DELETE' THEN
		IF OLD.seq <= (SELECT max(seq) FROM tenantd.audit_checkpoints)
		   AND OLD.created_at <= now() - interval '30 days' THEN
			RETURN OLD;
		END IF;
	END IF;
	RAISE EXCEPTION 'what is in the audit log stays (%)', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION tenantd.audit_prune() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	before CONSTANT TEXT := coalesce(current_setting('app.current_tenant_id', true), '');
BEGIN
	PERFORM set_config('app.current_tenant_id', 'unset', true);
	DELETE FROM tenantd.audit WHERE seq <= NEW.seq;
	PERFORM set_config('app.current_tenant_id', before, true);
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.current_tenant() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text);

CREATE FUNCTION tenantd.database_servers_count() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	before INT := 0;
	after  INT := 0;
BEGIN
	IF TG_OP <> 'INSERT' THEN before := (OLD.kind = 'database' AND OLD.state <> 'removed')::int; END IF;
	IF TG_OP <> 'DELETE' THEN after := (NEW.kind = 'database' AND NEW.state <> 'removed')::int; END IF;
	IF before <> after THEN
		UPDATE tenantd.database_servers SET databases = databases + after - before
		 WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.place ELSE NEW.place END;
	END IF;
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.end_ownership(registry_id uuid, former text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	before CONSTANT TEXT := coalesce(current_setting('app.current_tenant_id', true), '');
BEGIN
	PERFORM set_config('app.current_tenant_id', 'unset', true);
	DELETE FROM public.tenant_users m USING public.tenants t
	 WHERE t.tenant = registry_id AND m.tenant_id = t.id AND m.user_id = former AND m.role = 'owner';
	PERFORM set_config('app.current_tenant_id', before, true);
END $$;

CREATE FUNCTION tenantd.export_page(tenant text, which text, after text[], most integer) RETURNS TABLE(place text[], line text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
	e RECORD; -- not of its type: a dump has functions before tables
	shown TEXT;
	keys TEXT;
	later TEXT;
BEGIN
	SELECT * INTO STRICT e FROM tenantd.exports x WHERE x.relation = which AND x.type IS NOT NULL;
	SELECT string_agg(format(CASE WHEN a.atttypid = 'timestamptz'::regtype
	                              THEN 'to_char(t.%1$I AT TIME ZONE ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'') AS %2$I'
	                              ELSE 't.%1$I AS %2$I' END,
	                         a.attname, lower(left(a.attname, 1)) || substr(replace(initcap(replace(a.attname, '_', ' ')), ' ', ''), 2)),
	                  ', ' ORDER BY a.attnum)
	  INTO shown
	  FROM pg_attribute a
	 WHERE a.attrelid = which::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> ALL (e.left_out);
	SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY k.n),
	       string_agg(format('($2[%s]::%s)', k.n, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY k.n)
	  INTO keys, later
	  FROM unnest(e.key) WITH ORDINALITY AS k (name, n)
	  JOIN pg_attribute a ON a.attrelid = which::regclass AND a.attname = k.name;
	RETURN QUERY EXECUTE format(
		'SELECT ARRAY[%s]::text[], row_to_json((SELECT x FROM (SELECT %s) AS x))::text FROM %s AS t WHERE (%s)%s ORDER BY %s LIMIT $3',
		keys, shown, which::regclass, e.belongs,
		CASE WHEN after IS NOT NULL THEN format(' AND (%s) > (%s)', keys, later) END, keys)
		USING tenant, after, most;
END $_$;

CREATE FUNCTION tenantd.follow_registry(registry_id uuid, present boolean, active boolean) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
	IF NOT present THEN
		UPDATE public.tenants
		   SET status_reason = CASE status WHEN 'suspended' THEN 'deleted from the registry while suspended'
		                                   ELSE 'deleted from the registry' END,
		       status = CASE status WHEN 'provisioning' THEN 'failed' ELSE 'deactivated' END
		 WHERE tenant = registry_id AND status IN ('active', 'suspended', 'provisioning');
		IF NOT FOUND THEN
			PERFORM tenantd.tell_registry(registry_id, 'tenant.updated');
		END IF;
	ELSIF NOT active THEN
		UPDATE public.tenants SET status = 'deactivated', status_reason = 'deactivated in the registry'
		 WHERE tenant = registry_id AND status = 'active';
	ELSE
		UPDATE public.tenants SET status = 'active', status_reason = NULL
		 WHERE tenant = registry_id AND status = 'deactivated'
		   AND status_reason IS DISTINCT FROM 'deleted from the registry while suspended';
	END IF;
END $$;

CREATE FUNCTION tenantd.grant_roles(server text, control text, app text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION tenantd.is_management() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (COALESCE((tenantd.current_tenant() = 'unset'::text), false) AND tenantd.is_control());

CREATE FUNCTION tenantd.job_hold(which text, job bigint, me text) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
	PERFORM FROM tenantd.job_lanes WHERE lane = which AND job_id = job AND leased_by = me FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'job % is not leased by % any more', job, me USING ERRCODE = 'TD409';
	END IF;
END $$;

CREATE FUNCTION tenantd.jobs_open_lanes() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
	INSERT INTO tenantd.job_lanes AS l (lane, job_id, run_at, pool, pool_most, owner)
		SELECT DISTINCT ON (f.lane) f.lane, f.id, f.run_at, f.pool, f.pool_most, f.owner
		  FROM fresh f
		 WHERE f.state = 'queued'
		 ORDER BY f.lane, f.id
		ON CONFLICT (lane) DO UPDATE SET lane = l.lane;
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.kind_is_wanted(kind text, wanted text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((cardinality(wanted) = 0) OR (kind = ANY (wanted)) OR ((split_part(kind, '.'::text, 1) || '.*'::text) = ANY (wanted)));

CREATE TABLE public.tenant_users (
    tenant_id text NOT NULL,
    user_id character varying(255) NOT NULL,
    role text DEFAULT 'member'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.tenant_users FORCE ROW LEVEL SECURITY;

CREATE TABLE public.tenants (
    id text NOT NULL,
    tenant uuid NOT NULL,
    slug text NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    status_reason text,
    plan text DEFAULT 'free'::text NOT NULL,
    billing_cycle text DEFAULT 'monthly'::text NOT NULL,
    isolation text DEFAULT 'shared'::text NOT NULL,
    onboarding_status text DEFAULT 'pending'::text NOT NULL,
    features jsonb DEFAULT '{}'::jsonb NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    deactivated_at timestamp with time zone,
    contact_email text,
    system_prompt text,
    pinecone_environment text,
    partner_id text,
    external_id text,
    company_name text,
    phone_number text,
    industry text,
    extra text,
    partner_deactivated_at timestamp with time zone,
    suspended_until timestamp with time zone,
    suspension_scopes text[],
    purge_at timestamp with time zone,
    CONSTRAINT tenants_billing_cycle_known CHECK ((billing_cycle = ANY (ARRAY['monthly'::text, 'annual'::text]))),
    CONSTRAINT tenants_external_id_length CHECK (((char_length(external_id) >= 1) AND (char_length(external_id) <= 255))),
    CONSTRAINT tenants_extra_object CHECK ((json_typeof((extra)::json) = 'object'::text)),
    CONSTRAINT tenants_features_object CHECK ((jsonb_typeof(features) = 'object'::text)),
    CONSTRAINT tenants_id_length CHECK (((char_length(id) >= 1) AND (char_length(id) <= 255))),
    CONSTRAINT tenants_id_reserved CHECK ((lower(id) <> 'unset'::text)),
    CONSTRAINT tenants_id_uuid CHECK (((id = (tenant)::text) OR (id !~* '^\{?([0-9a-f]{4}-?){7}[0-9a-f]{4}\}?$'::text))),
    CONSTRAINT tenants_isolation_known CHECK ((isolation = ANY (ARRAY['shared'::text, 'schema'::text, 'database'::text]))),
    CONSTRAINT tenants_onboarding_status_known CHECK ((onboarding_status = ANY (ARRAY['pending'::text, 'in_progress'::text, 'complete'::text, 'failed'::text]))),
    CONSTRAINT tenants_partner_complete CHECK (((partner_id IS NULL) OR ((company_name IS NOT NULL) AND (contact_email IS NOT NULL) AND (extra IS NOT NULL)))),
    CONSTRAINT tenants_pinecone_environment_label CHECK ((pinecone_environment ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
    CONSTRAINT tenants_plan_known CHECK ((plan = ANY (ARRAY['free'::text, 'professional'::text, 'enterprise'::text]))),
    CONSTRAINT tenants_purge_at_deactivated CHECK (((purge_at IS NULL) OR (status = 'deactivated'::text))),
    CONSTRAINT tenants_slug_length CHECK (((char_length(slug) >= 1) AND (char_length(slug) <= 255))),
    CONSTRAINT tenants_slug_not_uuid CHECK (((slug ~~ 'tenant-%'::text) OR (slug !~* '^\{?([0-9a-f]{4}-?){7}[0-9a-f]{4}\}?$'::text))),
    CONSTRAINT tenants_status_known CHECK ((status = ANY (ARRAY['provisioning'::text, 'active'::text, 'suspended'::text, 'deactivated'::text, 'purged'::text, 'failed'::text]))),
    CONSTRAINT tenants_suspended_until_suspended CHECK (((suspended_until IS NULL) OR (status = 'suspended'::text) OR (suspension_scopes IS NOT NULL))),
    CONSTRAINT tenants_suspension_scopes_active CHECK (((suspension_scopes IS NULL) OR (status = 'active'::text))),
    CONSTRAINT tenants_suspension_scopes_known CHECK (((cardinality(suspension_scopes) > 0) AND (suspension_scopes <@ ARRAY['write'::text, 'delete'::text, 'admin'::text]))),
    CONSTRAINT tenants_system_prompt_length CHECK ((char_length(system_prompt) <= 32768))
);

CREATE TABLE public.users (
    id text NOT NULL,
    email text NOT NULL,
    password_hash text,
    is_superuser boolean DEFAULT false NOT NULL,
    tenant_id text,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    name text,
    password_changed_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT users_id_length CHECK (((char_length(id) >= 1) AND (char_length(id) <= 255))),
    CONSTRAINT users_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 255)))
);

CREATE FUNCTION tenantd.may_be_mailed(about text, address text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN ((EXISTS (SELECT FROM public.tenants t WHERE ((t.id = may_be_mailed.about) AND (lower(t.contact_email) = lower(may_be_mailed.address))))) OR (EXISTS (SELECT FROM (public.users u JOIN public.tenant_users m ON ((((m.user_id)::text = u.id) AND (m.tenant_id = may_be_mailed.about)))) WHERE ((lower(u.email) = lower(may_be_mailed.address)) AND u.is_active))));

CREATE FUNCTION tenantd.names_since() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
	NEW.since := now();
	RETURN NEW;
END $$;

CREATE FUNCTION tenantd.protect(relation regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'warning'
    AS $$
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

CREATE FUNCTION tenantd.quota_count(about text, what text) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
	CASE what
	WHEN 'members' THEN
		RETURN (SELECT count(*) FROM (
			SELECT m.user_id FROM public.tenant_users m WHERE m.tenant_id = about
			UNION
			SELECT u.id FROM public.users u WHERE u.tenant_id = about) AS people);
	WHEN 'invitations' THEN
		RETURN (SELECT count(*) FROM tenantd.invitations i WHERE i.tenant_id = about
			AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > statement_timestamp());
	WHEN 'api_keys' THEN
		RETURN (SELECT count(*) FROM tenantd.api_keys k WHERE k.tenant_id = about
			AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > statement_timestamp()));
	WHEN 'oauth_clients' THEN
		RETURN (SELECT count(*) FROM tenantd.oauth_clients o WHERE o.tenant_id = about AND o.revoked_at IS NULL);
	WHEN 'webhooks' THEN
		RETURN (SELECT count(*) FROM tenantd.webhooks w WHERE w.tenant_id = about);
	WHEN 'roles' THEN
		RETURN (SELECT count(*) FROM tenantd.roles r WHERE r.tenant_id = about AND NOT r.builtin);
	WHEN 'groups' THEN
		RETURN (SELECT count(*) FROM tenantd.groups g WHERE g.tenant_id = about);
	ELSE
		RETURN NULL;
	END CASE;
END $$;

CREATE TABLE tenantd.quotas (
    tenant_id text NOT NULL,
    metric text NOT NULL,
    own boolean DEFAULT true NOT NULL,
    soft bigint,
    hard bigint,
    thresholds integer[] DEFAULT '{}'::integer[] NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_by text,
    CONSTRAINT quotas_hard_positive CHECK ((hard >= 0)),
    CONSTRAINT quotas_metric_length CHECK (((char_length(metric) >= 1) AND (char_length(metric) <= 64))),
    CONSTRAINT quotas_soft_below_hard CHECK ((soft <= hard)),
    CONSTRAINT quotas_soft_positive CHECK ((soft >= 0)),
    CONSTRAINT quotas_thresholds_percent CHECK (((array_position(thresholds, NULL::integer) IS NULL) AND (0 < ALL (thresholds)) AND (100 >= ALL (thresholds))))
);

ALTER TABLE ONLY tenantd.quotas FORCE ROW LEVEL SECURITY;

CREATE FUNCTION tenantd.quota_limits(about text, what text, plans jsonb) RETURNS TABLE(soft bigint, hard bigint, thresholds integer[], own boolean)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT
         CASE
             WHEN q.own THEN q.soft
             ELSE ((p.of ->> 'soft'::text))::bigint
         END AS "case",
         CASE
             WHEN q.own THEN q.hard
             ELSE ((p.of ->> 'hard'::text))::bigint
         END AS "case",
         CASE
             WHEN q.own THEN q.thresholds
             ELSE ARRAY( SELECT (m.value)::integer AS m
                FROM jsonb_array_elements_text((p.of -> 'thresholds'::text)) m(value))
         END AS "array",
     COALESCE(q.own, false) AS "coalesce"
    FROM (( SELECT (quota_limits.plans -> t.plan) AS of
            FROM public.tenants t
           WHERE (t.id = quota_limits.about)) p
      LEFT JOIN tenantd.quotas q ON (((q.tenant_id = quota_limits.about) AND (q.metric = quota_limits.what) AND q.own)));
END;

CREATE FUNCTION tenantd.quota_reached(used bigint, soft bigint, hard bigint, thresholds integer[]) RETURNS integer[]
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
	SELECT coalesce(array_agg(m ORDER BY m), '{}')
	  FROM (SELECT 0 AS m WHERE used >= soft AND used > 0
	         UNION
	        SELECT t FROM unnest(thresholds) AS t
	         WHERE coalesce(hard, soft) > 0 AND used::numeric * 100 >= t::numeric * coalesce(hard, soft)) AS marks
$$;

CREATE FUNCTION tenantd.quota_reserve(about text, what text, kind text, more bigint, plans jsonb, OUT granted boolean, OUT used bigint, OUT hard bigint) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	span CONSTANT TEXT := tenantd.usage_period(kind);
	l RECORD;
	u RECORD;
	counted BIGINT;
BEGIN
	SELECT * INTO l FROM tenantd.quota_limits(about, what, plans);
	granted := true;
	hard := l.hard;
	IF kind = 'level' AND l.hard IS NULL AND l.soft IS NULL THEN
		RETURN; -- nothing to be kept, and nothing to be told
	END IF;
	LOOP
		SELECT w.value, w.told INTO u FROM tenantd.usage w
		 WHERE w.tenant_id = about AND w.metric = what AND w.period = span FOR UPDATE;
		EXIT WHEN FOUND;
		INSERT INTO tenantd.usage (tenant_id, metric, period) VALUES (about, what, span) ON CONFLICT DO NOTHING;
	END LOOP;
	-- a statement of its own sees what was committed while it was waited
	counted := tenantd.quota_count(about, what);
	used := coalesce(counted, u.value);
	IF used + more > l.hard THEN
		granted := false;
		RETURN;
	END IF;
	UPDATE tenantd.usage w SET value = greatest(used + more, 0), updated_at = now()
	 WHERE w.tenant_id = about AND w.metric = what AND w.period = span;
	PERFORM tenantd.quota_tell(about, what, span, used + more, u.told, l.soft, l.hard, l.thresholds);
END $$;

CREATE FUNCTION tenantd.quota_tell(about text, what text, span text, used bigint, told integer[], soft bigint, hard bigint, thresholds integer[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	fresh CONSTANT INT[] := ARRAY(SELECT m FROM unnest(tenantd.quota_reached(used, soft, hard, thresholds)) AS m
	                               WHERE m <> ALL (told));
BEGIN
	IF cardinality(fresh) = 0 THEN
		RETURN;
	END IF;
	UPDATE tenantd.usage u SET told = u.told || fresh
	 WHERE u.tenant_id = about AND u.metric = what AND u.period = span;
	INSERT INTO tenantd.events (tenant_id, kind, version, actor, request_id, payload)
	VALUES (about, 'quota.threshold', 1, coalesce(nullif(current_setting('app.actor', true), ''), 'usage'),
	        coalesce(current_setting('app.request_id', true), ''),
	        jsonb_build_object('tenantId', about, 'metric', what, 'period', nullif(span, ''),
	          'threshold', (SELECT max(m) FROM unnest(fresh) AS m WHERE m > 0), 'softReached', 0 = ANY (fresh),
	          'used', used, 'soft', soft, 'hard', hard));
END $$;

CREATE FUNCTION tenantd.record_adoption_fault(registry_id uuid, problem text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
	RAISE WARNING 'tenantd could not follow registry row %: %', registry_id, problem;
	INSERT INTO tenantd.adoption_faults (tenant, problem) VALUES (registry_id, problem);
EXCEPTION WHEN OTHERS THEN
	RAISE WARNING 'tenantd could not record that either: %', SQLERRM;
END $$;

CREATE FUNCTION tenantd.registry_tell() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
	PERFORM tenantd.tell_registry(NEW.id, CASE WHEN NEW.owner_id IS DISTINCT FROM OLD.owner_id
		THEN 'tenant.owner_changed' ELSE 'tenant.renamed' END);
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM tenantd.record_adoption_fault(NEW.id, SQLERRM);
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.resources_tell() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
	PERFORM tenantd.tell(NEW.tenant_id, 'resource.health_changed', 1, jsonb_build_object(
		'resourceId', NEW.id, 'tenantId', NEW.tenant_id, 'kind', NEW.kind, 'name', NEW.name,
		'health', NEW.health, 'was', OLD.health, 'reason', NEW.health_reason,
		'summary', concat(replace(NEW.kind, '_', ' '), ' "', NEW.name, '" is ', NEW.health,
			': ' || NEW.health_reason)));
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.tell(about text, what text, form integer, says jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	before CONSTANT TEXT := coalesce(current_setting('app.current_tenant_id', true), '');
BEGIN
	IF before NOT IN (about, 'unset') THEN
		PERFORM set_config('app.current_tenant_id', 'unset', true);
	END IF;
	INSERT INTO tenantd.events (tenant_id, kind, version, actor, request_id, payload)
		VALUES (about, what, form,
		        coalesce(nullif(current_setting('app.actor', true), ''), 'role:' || session_user),
		        coalesce(current_setting('app.request_id', true), ''), says);
	IF before NOT IN (about, 'unset') THEN
		PERFORM set_config('app.current_tenant_id', before, true);
	END IF;
END $$;

CREATE FUNCTION tenantd.tell_registry(registry_id uuid, what text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
	PERFORM FROM public.tenants WHERE tenant = registry_id FOR NO KEY UPDATE;
	PERFORM tenantd.tell(t.id, what, 2, tenantd.tenant_state(t))
	   FROM public.tenants t WHERE t.tenant = registry_id;
END $$;

CREATE FUNCTION tenantd.tenant_state(t public.tenants) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
	RETURN (SELECT jsonb_build_object(
		'tenantId', t.id, 'tenant', t.tenant, 'name', coalesce(c.name, t.slug), 'slug', t.slug,
		'status', t.status, 'statusReason', t.status_reason, 'planId', t.plan,
		'billingCycle', t.billing_cycle, 'isolation', t.isolation,
		'onboardingStatus', t.onboarding_status, 'features', t.features, 'ownerId', c.owner_id,
		'partnerId', t.partner_id, 'externalId', t.external_id, 'version', t.version,
		'createdAt', to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'updatedAt', to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'deactivatedAt', to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
	  FROM (SELECT) AS one
	  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant);
END $$;

CREATE FUNCTION tenantd.tenant_status(t public.tenants) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT CASE WHEN t.status = 'active' AND t.suspension_scopes IS NOT NULL THEN 'suspended' ELSE t.status END $$;

CREATE FUNCTION tenantd.tenant_users_leave_groups() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
	DELETE FROM tenantd.group_members g
	 WHERE g.tenant_id = OLD.tenant_id AND g.user_id = OLD.user_id
	   AND NOT EXISTS (SELECT FROM public.users u WHERE u.id = OLD.user_id AND u.tenant_id = OLD.tenant_id);
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.tenant_users_tell() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
	PERFORM tenantd.tell(OLD.tenant_id,
		CASE TG_OP WHEN 'DELETE' THEN 'membership.removed' ELSE 'membership.changed' END, 1,
		jsonb_build_object('tenantId', OLD.tenant_id, 'userId', OLD.user_id,
			'role', CASE TG_OP WHEN 'DELETE' THEN OLD.role ELSE NEW.role END));
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.tenants_end_sessions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	before CONSTANT TEXT := coalesce(current_setting('app.current_tenant_id', true), '');
BEGIN
	PERFORM set_config('app.current_tenant_id', 'unset', true);
	WITH held AS MATERIALIZED (
		SELECT id FROM tenantd.sessions WHERE tenant_id = NEW.id AND ended_at IS NULL ORDER BY id FOR UPDATE
	)
	UPDATE tenantd.sessions s SET ended_at = now(), ended_reason = 'tenant'
	  FROM held h WHERE s.id = h.id;
	PERFORM set_config('app.current_tenant_id', before, true);
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.tenants_follow_access() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	before CONSTANT TEXT := coalesce(current_setting('app.current_tenant_id', true), '');
BEGIN
	PERFORM set_config('app.current_tenant_id', 'unset', true);
	INSERT INTO tenantd.jobs (kind, tenant_id, lane)
		SELECT 'tenant.access', NEW.id, 'access:' || NEW.id
		 WHERE EXISTS (SELECT FROM tenantd.resources r
		                WHERE r.tenant_id = NEW.id AND r.kind IN ('database_role', 'redis_user')
		                  AND r.state <> 'removed');
	PERFORM set_config('app.current_tenant_id', before, true);
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.tenants_guard() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
	IF NEW IS NOT DISTINCT FROM OLD THEN
		RETURN NEW;
	END IF;
	IF NEW.id <> OLD.id OR NEW.tenant <> OLD.tenant THEN
		RAISE EXCEPTION 'tenant "%" cannot get another id', OLD.id USING ERRCODE = 'TD409';
	END IF;
	IF NEW.status <> OLD.status THEN
		IF NOT EXISTS (SELECT FROM tenantd.tenant_transitions
		                WHERE from_status = OLD.status AND to_status = NEW.status) THEN
			RAISE EXCEPTION 'tenant "%" cannot go from status "%" to "%"',
				OLD.id, OLD.status, NEW.status USING ERRCODE = 'TD409';
		END IF;
		IF NEW.status = 'deactivated' AND NEW.deactivated_at IS NOT DISTINCT FROM OLD.deactivated_at THEN
			NEW.deactivated_at := now();
		ELSIF NEW.status = 'active' THEN
			NEW.deactivated_at := NULL;
		END IF;
	END IF;
	NEW.version := OLD.version + 1;
	NEW.updated_at := now();
	RETURN NEW;
END $$;

CREATE FUNCTION tenantd.tenants_insert_names() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
	INSERT INTO tenantd.names (name, tenant_id, kind)
		SELECT lower(id), id, 'id' FROM inserted
		UNION ALL
		SELECT lower(slug), id, 'slug' FROM inserted WHERE lower(slug) <> lower(id);
	RETURN NULL;
EXCEPTION WHEN unique_violation THEN -- of past slugs that are free by now
	DELETE FROM tenantd.names
	 WHERE kind = 'past_slug' AND held_until <= now()
	   AND name IN (SELECT lower(id) FROM inserted UNION ALL SELECT lower(slug) FROM inserted);
	INSERT INTO tenantd.names (name, tenant_id, kind)
		SELECT lower(id), id, 'id' FROM inserted
		UNION ALL
		SELECT lower(slug), id, 'slug' FROM inserted WHERE lower(slug) <> lower(id);
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.tenants_lifecycle() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
	IF NEW.status <> 'active' THEN
		NEW.suspension_scopes := NULL;
	END IF;
	IF NEW.status <> 'suspended' AND NEW.suspension_scopes IS NULL THEN
		NEW.suspended_until := NULL;
	END IF;
	IF NEW.status <> 'deactivated' THEN
		NEW.purge_at := NULL;
	END IF;
	RETURN NEW;
END $$;

CREATE FUNCTION tenantd.tenants_purging() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	before CONSTANT TEXT := coalesce(current_setting('app.current_tenant_id', true), '');
	purging BOOLEAN;
BEGIN
	PERFORM set_config('app.current_tenant_id', 'unset', true);
	purging := EXISTS (SELECT FROM tenantd.operations
	                    WHERE tenant_id = NEW.id AND kind = 'tenant.purge' AND ended_at IS NULL);
	PERFORM set_config('app.current_tenant_id', before, true);
	IF purging THEN
		RAISE EXCEPTION 'tenant "%" is being deleted for good', NEW.id USING ERRCODE = 'TD409';
	END IF;
	RETURN NEW;
END $$;

CREATE FUNCTION tenantd.tenants_tell() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	what TEXT := 'tenant.created';
BEGIN
	IF TG_OP = 'UPDATE' THEN
		IF NEW IS NOT DISTINCT FROM OLD THEN
			RETURN NULL;
		END IF;
		what := CASE
			WHEN NEW.status = OLD.status THEN
				CASE WHEN (NEW.plan, NEW.billing_cycle) = (OLD.plan, OLD.billing_cycle)
				     THEN 'tenant.updated' ELSE 'tenant.plan_changed' END
			WHEN NEW.status <> 'active' THEN 'tenant.' || NEW.status
			WHEN OLD.status = 'suspended' THEN 'tenant.resumed'
			WHEN OLD.status = 'deactivated' THEN 'tenant.restored'
			ELSE 'tenant.activated' END;
	END IF;
	PERFORM tenantd.tell(NEW.id, what, 2, tenantd.tenant_state(NEW));
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.tenants_update_names() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
	IF lower(NEW.slug) = lower(OLD.slug) THEN
		RETURN NULL;
	END IF;
	UPDATE tenantd.names SET kind = 'past_slug', held_until = NULL
	 WHERE name = lower(OLD.slug) AND tenant_id = NEW.id AND kind = 'slug';
	UPDATE tenantd.names SET kind = CASE kind WHEN 'id' THEN 'id' ELSE 'slug' END, held_until = NULL
	 WHERE name = lower(NEW.slug) AND tenant_id = NEW.id;
	IF NOT FOUND THEN
		DELETE FROM tenantd.names
		 WHERE name = lower(NEW.slug) AND kind = 'past_slug' AND held_until <= now();
		INSERT INTO tenantd.names (name, tenant_id, kind) VALUES (lower(NEW.slug), NEW.id, 'slug');
	END IF;
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
	NEW.updated_at := now();
	RETURN NEW;
END $$;

CREATE FUNCTION tenantd.usage_add(abouts text[], counts bigint[], what text, kind text, plans jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
	span CONSTANT TEXT := tenantd.usage_period(kind);
	today CONSTANT DATE := (now() AT TIME ZONE 'UTC')::date;
	g RECORD;
	u RECORD;
	l RECORD;
BEGIN
	FOR g IN
		SELECT t.id, sum(c.n)::bigint AS n
		  FROM unnest(abouts, counts) AS c (about, n)
		  JOIN LATERAL (
			SELECT s.id FROM public.tenants s WHERE s.id = c.about
			 UNION ALL
			SELECT s.id FROM public.tenants s
			 WHERE s.id <> c.about AND s.tenant = CASE
				WHEN c.about ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN c.about::uuid END
			 LIMIT 1) AS t ON true
		 GROUP BY t.id ORDER BY t.id
	LOOP
		INSERT INTO tenantd.usage AS w (tenant_id, metric, period, value) VALUES (g.id, what, span, greatest(g.n, 0))
		ON CONFLICT (tenant_id, metric, period)
			DO UPDATE SET value = greatest(w.value + g.n, 0), updated_at = now()
		RETURNING w.value, w.told INTO u;
		IF g.n > 0 THEN
			INSERT INTO tenantd.usage_daily AS d (tenant_id, metric, day, value) VALUES (g.id, what, today, g.n)
			ON CONFLICT (tenant_id, metric, day) DO UPDATE SET value = d.value + g.n;
		END IF;
		SELECT * INTO l FROM tenantd.quota_limits(g.id, what, plans);
		PERFORM tenantd.quota_tell(g.id, what, span, u.value, u.told, l.soft, l.hard, l.thresholds);
	END LOOP;
END $_$;

CREATE FUNCTION tenantd.usage_period(kind text) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE kind WHEN 'month'::text THEN to_char((now() AT TIME ZONE 'UTC'::text), 'YYYY-MM'::text) WHEN 'day'::text THEN to_char((now() AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD'::text) ELSE ''::text END;

CREATE FUNCTION tenantd.usage_roll_up(most integer, metrics jsonb) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	r RECORD;
	t RECORD;
	n INT := 0;
	last TEXT;
BEGIN
	SELECT day, after INTO r FROM tenantd.usage_roll FOR UPDATE SKIP LOCKED;
	IF NOT FOUND OR r.day >= (now() AT TIME ZONE 'UTC')::date THEN
		RETURN -1;
	END IF;
	FOR t IN
		SELECT s.id FROM public.tenants s WHERE s.id > r.after AND s.status <> 'purged' ORDER BY s.id LIMIT most
	LOOP
		PERFORM tenantd.usage_set(t.id, m.key, c.n, r.day, m.value)
		   FROM jsonb_each(metrics) AS m
		  CROSS JOIN LATERAL (SELECT coalesce(tenantd.quota_count(t.id, m.key),
			(SELECT w.value FROM tenantd.usage w
			  WHERE w.tenant_id = t.id AND w.metric = m.key AND w.period = '')) AS n) AS c
		  WHERE c.n > 0 OR EXISTS (SELECT FROM tenantd.usage w
			WHERE w.tenant_id = t.id AND w.metric = m.key AND w.period = '');
		last := t.id;
		n := n + 1;
	END LOOP;
	IF n < most THEN
		UPDATE tenantd.usage_roll SET day = day + 1, after = '';
	ELSE
		UPDATE tenantd.usage_roll SET after = last;
	END IF;
	RETURN n;
END $$;

CREATE FUNCTION tenantd.usage_set(about text, what text, now_is bigint, at_day date, plans jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	l RECORD;
	kept INT[];
BEGIN
	IF now_is > 0 THEN
		INSERT INTO tenantd.usage_daily (tenant_id, metric, day, value) VALUES (about, what, at_day, now_is)
		ON CONFLICT DO NOTHING;
	END IF;
	INSERT INTO tenantd.usage (tenant_id, metric) VALUES (about, what) ON CONFLICT DO NOTHING;
	PERFORM FROM tenantd.usage w
	  WHERE w.tenant_id = about AND w.metric = what AND w.period = '' FOR UPDATE SKIP LOCKED;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	SELECT * INTO l FROM tenantd.quota_limits(about, what, plans);
	UPDATE tenantd.usage w
	   SET value = now_is, updated_at = now(),
	       told = ARRAY(SELECT m FROM unnest(w.told) AS m
	                     WHERE m = ANY (tenantd.quota_reached(now_is, l.soft, l.hard, l.thresholds)))
	 WHERE w.tenant_id = about AND w.metric = what AND w.period = ''
	RETURNING w.told INTO kept;
	PERFORM tenantd.quota_tell(about, what, '', now_is, kept, l.soft, l.hard, l.thresholds);
END $$;

CREATE FUNCTION tenantd.users_end_sessions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	before CONSTANT TEXT := coalesce(current_setting('app.current_tenant_id', true), '');
BEGIN
	PERFORM set_config('app.current_tenant_id', 'unset', true);
	WITH held AS MATERIALIZED (
		SELECT id FROM tenantd.sessions WHERE user_id = NEW.id AND ended_at IS NULL ORDER BY id FOR UPDATE
	)
	UPDATE tenantd.sessions s SET ended_at = now(), ended_reason = 'administrator'
	  FROM held h WHERE s.id = h.id;
	PERFORM set_config('app.current_tenant_id', before, true);
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.users_leave_groups() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	before CONSTANT TEXT := coalesce(current_setting('app.current_tenant_id', true), '');
BEGIN
	PERFORM set_config('app.current_tenant_id', OLD.tenant_id, true);
	DELETE FROM tenantd.group_members g
	 WHERE g.tenant_id = OLD.tenant_id AND g.user_id = OLD.id
	   AND NOT EXISTS (SELECT FROM public.tenant_users m WHERE m.tenant_id = OLD.tenant_id AND m.user_id = OLD.id);
	PERFORM set_config('app.current_tenant_id', before, true);
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.users_tell() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	before CONSTANT TEXT := coalesce(current_setting('app.current_tenant_id', true), '');
	about CONSTANT TEXT := coalesce(NEW.id, OLD.id);
	earlier CONSTANT TEXT := CASE WHEN OLD.is_active THEN OLD.tenant_id END;
	now_in CONSTANT TEXT := CASE WHEN NEW.is_active THEN NEW.tenant_id END;
BEGIN
	IF earlier IS NOT DISTINCT FROM now_in THEN
		RETURN NULL;
	END IF;
	PERFORM set_config('app.current_tenant_id', 'unset', true);
	PERFORM tenantd.tell(c.tenant_id, c.what, 1,
			jsonb_build_object('tenantId', c.tenant_id, 'userId', about, 'role', 'member'))
	   FROM (VALUES (earlier, 'membership.removed'), (now_in, 'membership.created')) AS c (tenant_id, what)
	  WHERE c.tenant_id IS NOT NULL
	    AND NOT EXISTS (SELECT FROM public.tenant_users m WHERE m.user_id = about AND m.tenant_id = c.tenant_id);
	PERFORM set_config('app.current_tenant_id', before, true);
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.users_tell_platform() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
	before CONSTANT TEXT := coalesce(current_setting('app.current_tenant_id', true), '');
	u CONSTANT public.users := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
	what CONSTANT TEXT := CASE TG_OP WHEN 'INSERT' THEN 'user.created' WHEN 'DELETE' THEN 'user.deleted' ELSE 'user.updated' END;
BEGIN
	IF TG_OP = 'UPDATE' AND (NEW.email, NEW.name, NEW.is_superuser, NEW.tenant_id, NEW.is_active)
	                     IS NOT DISTINCT FROM (OLD.email, OLD.name, OLD.is_superuser, OLD.tenant_id, OLD.is_active) THEN
		RETURN NULL;
	END IF;
	PERFORM set_config('app.current_tenant_id', 'unset', true);
	INSERT INTO tenantd.events (tenant_id, kind, version, actor, request_id, payload)
		VALUES (NULL, what, 1,
		        coalesce(nullif(current_setting('app.actor', true), ''), 'role:' || session_user),
		        coalesce(current_setting('app.request_id', true), ''),
		        jsonb_build_object('userId', u.id, 'email', u.email, 'name', u.name, 'tenantId', u.tenant_id,
		                           'isSuperuser', u.is_superuser, 'isActive', u.is_active));
	PERFORM set_config('app.current_tenant_id', before, true);
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.users_touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
	IF NEW IS NOT DISTINCT FROM OLD THEN
		RETURN NEW;
	END IF;
	IF NEW.password_hash IS DISTINCT FROM OLD.password_hash
	   AND NEW.password_changed_at IS NOT DISTINCT FROM OLD.password_changed_at THEN
		NEW.password_changed_at := now();
	END IF;
	NEW.version := OLD.version + 1;
	NEW.updated_at := now();
	RETURN NEW;
END $$;

CREATE TABLE public.custom_auth_tenant (
    id uuid NOT NULL,
    name character varying(255) NOT NULL,
    owner_id character varying(255),
    schema_name character varying(255) NOT NULL,
    created_at timestamp with time zone DEFAULT now(),
    updated_at timestamp with time zone DEFAULT now(),
    rls_enabled boolean DEFAULT true,
    rls_setup_date timestamp with time zone,
    is_active boolean DEFAULT true
);

CREATE TABLE tenantd.adoption_faults (
    id bigint NOT NULL,
    tenant uuid NOT NULL,
    problem text NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE tenantd.adoption_faults ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME tenantd.adoption_faults_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE tenantd.alert_rules (
    id text NOT NULL,
    tenant_id text,
    name text NOT NULL,
    condition text NOT NULL,
    threshold integer NOT NULL,
    window_minutes integer NOT NULL,
    emails text[] DEFAULT '{}'::text[] NOT NULL,
    webhook boolean DEFAULT true NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    last_raised_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_by text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT alert_rules_condition_known CHECK ((condition = ANY (ARRAY['repeated_failures'::text, 'tenant_suspended'::text, 'provisioning_failed'::text, 'quota_threshold'::text, 'webhook_disabled'::text]))),
    CONSTRAINT alert_rules_id_uuid CHECK (((id)::uuid IS NOT NULL)),
    CONSTRAINT alert_rules_threshold_bounded CHECK (((threshold >= 1) AND (threshold <= 1000))),
    CONSTRAINT alert_rules_window_bounded CHECK (((window_minutes >= 1) AND (window_minutes <= 10080)))
);

ALTER TABLE ONLY tenantd.alert_rules FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.alerts (
    rule_id text NOT NULL,
    about text NOT NULL,
    tenant_id text,
    raised_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY tenantd.alerts FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.api_keys (
    id text NOT NULL,
    partner_id text,
    tenant_id text,
    name text NOT NULL,
    prefix text NOT NULL,
    digest text NOT NULL,
    previous text,
    previous_until timestamp with time zone,
    scopes text[] NOT NULL,
    created_by text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT api_keys_digest_hex CHECK ((digest ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT api_keys_id_uuid CHECK (((id)::uuid IS NOT NULL)),
    CONSTRAINT api_keys_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT api_keys_of_one CHECK (((partner_id IS NULL) <> (tenant_id IS NULL))),
    CONSTRAINT api_keys_previous_hex CHECK ((previous ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT api_keys_previous_until CHECK (((previous IS NULL) = (previous_until IS NULL))),
    CONSTRAINT api_keys_scopes_some CHECK ((cardinality(scopes) > 0))
);

ALTER TABLE ONLY tenantd.api_keys FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.audit (
    id bigint NOT NULL,
    seq bigint,
    event text NOT NULL,
    severity text NOT NULL,
    actor text,
    tenant_id text,
    request_id text,
    address text,
    details json DEFAULT '{}'::json NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    entry uuid,
    mac text,
    seal text,
    CONSTRAINT audit_sealed_whole CHECK (((seq IS NULL) = (seal IS NULL))),
    CONSTRAINT audit_severity_known CHECK ((severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text])))
);

ALTER TABLE ONLY tenantd.audit FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.audit_checkpoints (
    seq bigint NOT NULL,
    seal text NOT NULL,
    latest timestamp with time zone NOT NULL,
    at timestamp with time zone NOT NULL,
    mac text NOT NULL
);

CREATE TABLE tenantd.audit_head (
    one boolean DEFAULT true NOT NULL,
    seq bigint NOT NULL,
    seal text NOT NULL,
    began_at timestamp with time zone,
    sealed_at timestamp with time zone,
    mac text NOT NULL,
    CONSTRAINT audit_head_one CHECK (one)
);

ALTER TABLE tenantd.audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME tenantd.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE tenantd.database_servers (
    id text NOT NULL,
    conninfo text NOT NULL,
    address text NOT NULL,
    role text NOT NULL,
    weight integer DEFAULT 100 NOT NULL,
    databases_most integer,
    connections_most integer,
    pool_size integer,
    state text DEFAULT 'active'::text NOT NULL,
    databases integer DEFAULT 0 NOT NULL,
    template text,
    template_stamp text,
    template_next text,
    health text DEFAULT 'unknown'::text NOT NULL,
    health_reason text,
    checked_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    public_host text,
    public_port integer,
    CONSTRAINT database_servers_connections_most_range CHECK ((connections_most >= 0)),
    CONSTRAINT database_servers_databases_most_range CHECK ((databases_most >= 0)),
    CONSTRAINT database_servers_health_known CHECK ((health = ANY (ARRAY['unknown'::text, 'ok'::text, 'down'::text]))),
    CONSTRAINT database_servers_id_form CHECK ((id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
    CONSTRAINT database_servers_pool_size_range CHECK (((pool_size >= 0) AND (pool_size <= 10000))),
    CONSTRAINT database_servers_public_host_form CHECK ((public_host ~ '^[A-Za-z0-9._:-]{1,253}$'::text)),
    CONSTRAINT database_servers_public_port_range CHECK (((public_port >= 1) AND (public_port <= 65535))),
    CONSTRAINT database_servers_state_known CHECK ((state = ANY (ARRAY['active'::text, 'draining'::text, 'off'::text]))),
    CONSTRAINT database_servers_weight_range CHECK (((weight >= 0) AND (weight <= 10000)))
);

CREATE TABLE tenantd.deliveries (
    id bigint NOT NULL,
    webhook_id text NOT NULL,
    tenant_id text,
    seq bigint NOT NULL,
    event_id bigint NOT NULL,
    kind text NOT NULL,
    job_id bigint NOT NULL,
    attempt integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    url text NOT NULL,
    request_headers jsonb DEFAULT '{}'::jsonb NOT NULL,
    status integer,
    response_headers jsonb,
    response_body text,
    address text,
    resolve_us bigint,
    connect_us bigint,
    tls_us bigint,
    first_byte_us bigint,
    total_us bigint,
    outcome text NOT NULL,
    reason text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT deliveries_outcome_known CHECK ((outcome = ANY (ARRAY['ok'::text, 'failed'::text, 'refused'::text])))
);

ALTER TABLE ONLY tenantd.deliveries FORCE ROW LEVEL SECURITY;

ALTER TABLE tenantd.deliveries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME tenantd.deliveries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE tenantd.email_templates (
    tenant_id text NOT NULL,
    name text NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    html text NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_by text
);

ALTER TABLE ONLY tenantd.email_templates FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.event_head (
    one boolean DEFAULT true NOT NULL,
    seq bigint NOT NULL,
    oldest bigint NOT NULL,
    CONSTRAINT event_head_one CHECK (one)
);

CREATE TABLE tenantd.events (
    id bigint NOT NULL,
    seq bigint,
    tenant_id text,
    kind text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    actor text,
    request_id text,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    partner_id text GENERATED ALWAYS AS (
CASE
    WHEN (split_part(kind, '.'::text, 1) = ANY (ARRAY['tenant'::text, 'webhook'::text])) THEN (payload ->> 'partnerId'::text)
    ELSE NULL::text
END) STORED
);

ALTER TABLE ONLY tenantd.events FORCE ROW LEVEL SECURITY;

ALTER TABLE tenantd.events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME tenantd.events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE tenantd.exports (
    relation text NOT NULL,
    place integer NOT NULL,
    type text,
    belongs text DEFAULT 't.tenant_id = $1'::text NOT NULL,
    key text[],
    left_out text[] DEFAULT '{}'::text[] NOT NULL,
    reason text,
    CONSTRAINT exports_ordered CHECK (((type IS NULL) OR (key IS NOT NULL))),
    CONSTRAINT exports_reasoned CHECK (((reason IS NOT NULL) OR ((type IS NOT NULL) AND (left_out = '{}'::text[]))))
);

CREATE TABLE tenantd.group_members (
    tenant_id text NOT NULL,
    group_id text NOT NULL,
    user_id text NOT NULL,
    added_by text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY tenantd.group_members FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.groups (
    id text NOT NULL,
    tenant_id text NOT NULL,
    name text NOT NULL,
    folded text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    role text,
    version bigint DEFAULT 1 NOT NULL,
    created_by text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT groups_id_uuid CHECK (((id)::uuid IS NOT NULL))
);

ALTER TABLE ONLY tenantd.groups FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.idempotency (
    scope text NOT NULL,
    tenant_id text,
    user_id text NOT NULL,
    request_hash text NOT NULL,
    status integer NOT NULL,
    content_type text NOT NULL,
    headers text NOT NULL,
    body text NOT NULL,
    sealed boolean NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT idempotency_scope_digest CHECK ((scope ~ '^[0-9a-f]{64}$'::text))
);

ALTER TABLE ONLY tenantd.idempotency FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.idempotency_answers (
    scope text NOT NULL,
    tenant_id text,
    user_id text NOT NULL,
    request_hash text NOT NULL,
    status integer NOT NULL,
    content_type text NOT NULL,
    parts integer NOT NULL,
    place bigint NOT NULL,
    ended boolean NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT idempotency_answers_scope_digest CHECK ((scope ~ '^[0-9a-f]{64}$'::text))
);

ALTER TABLE ONLY tenantd.idempotency_answers FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.idempotency_parts (
    scope text NOT NULL,
    part integer NOT NULL,
    tenant_id text,
    place bigint NOT NULL,
    body text NOT NULL
);
ALTER TABLE ONLY tenantd.idempotency_parts ALTER COLUMN body SET STORAGE EXTERNAL;

ALTER TABLE ONLY tenantd.idempotency_parts FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.identity_sync (
    provider text NOT NULL,
    user_id text NOT NULL,
    tenant_id text,
    attributes jsonb DEFAULT '{}'::jsonb NOT NULL,
    synced_at timestamp with time zone,
    missing_at timestamp with time zone,
    CONSTRAINT identity_sync_attributes_object CHECK ((jsonb_typeof(attributes) = 'object'::text))
);

ALTER TABLE ONLY tenantd.identity_sync FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.invitations (
    id text NOT NULL,
    tenant_id text NOT NULL,
    digest text NOT NULL,
    email text NOT NULL,
    role text NOT NULL,
    invited_by text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    accepted_by text,
    revoked_at timestamp with time zone,
    CONSTRAINT invitations_accepted_by CHECK (((accepted_at IS NULL) = (accepted_by IS NULL))),
    CONSTRAINT invitations_digest_hex CHECK ((digest ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT invitations_id_uuid CHECK (((id)::uuid IS NOT NULL)),
    CONSTRAINT invitations_one_end CHECK (((accepted_at IS NULL) OR (revoked_at IS NULL)))
);

ALTER TABLE ONLY tenantd.invitations FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.job_lanes (
    lane text NOT NULL,
    job_id bigint NOT NULL,
    run_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    pool text,
    pool_most integer,
    owner text,
    lease_until timestamp with time zone,
    leased_by text,
    CONSTRAINT job_lanes_leased CHECK (((lease_until IS NULL) = (leased_by IS NULL))),
    CONSTRAINT job_lanes_pool_bounded CHECK (((pool IS NULL) = (pool_most IS NULL))),
    CONSTRAINT job_lanes_pool_most_positive CHECK ((pool_most > 0))
);

CREATE TABLE tenantd.jobs (
    id bigint NOT NULL,
    kind text NOT NULL,
    tenant_id text,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    run_at timestamp with time zone DEFAULT now() NOT NULL,
    last_error text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    lane text DEFAULT (gen_random_uuid())::text NOT NULL,
    pool text,
    pool_most integer,
    partner_id text,
    owner text GENERATED ALWAYS AS (COALESCE(tenant_id, ('partner:'::text || partner_id))) STORED,
    CONSTRAINT jobs_of_one CHECK (((tenant_id IS NULL) OR (partner_id IS NULL))),
    CONSTRAINT jobs_state_known CHECK ((state = ANY (ARRAY['queued'::text, 'done'::text, 'dead'::text])))
);

ALTER TABLE ONLY tenantd.jobs FORCE ROW LEVEL SECURITY;

ALTER TABLE tenantd.jobs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME tenantd.jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE tenantd.mail_limits (
    bucket text NOT NULL,
    sent timestamp with time zone[] NOT NULL,
    last_at timestamp with time zone NOT NULL
);

CREATE TABLE tenantd.migrations (
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE VIEW tenantd.my_tenant WITH (security_barrier='true') AS
 SELECT t.id,
    t.tenant,
    c.name,
    t.slug,
    t.status,
    t.plan,
    t.billing_cycle,
    t.isolation,
    t.onboarding_status,
    t.features,
    c.schema_name,
    t.created_at,
    t.updated_at
   FROM (public.tenants t
     JOIN public.custom_auth_tenant c ON ((c.id = t.tenant)))
  WHERE (t.id = tenantd.current_tenant());

CREATE TABLE tenantd.names (
    name text NOT NULL,
    tenant_id text NOT NULL,
    kind text NOT NULL,
    held_until timestamp with time zone,
    since timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT names_kind_known CHECK ((kind = ANY (ARRAY['id'::text, 'slug'::text, 'past_slug'::text]))),
    CONSTRAINT names_lower_case CHECK ((name = lower(name)))
);

CREATE TABLE tenantd.notifications (
    id bigint NOT NULL,
    tenant_id text NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    severity text NOT NULL,
    title text NOT NULL,
    body jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    read_at timestamp with time zone,
    read_by text,
    CONSTRAINT notifications_read_by CHECK (((read_at IS NULL) = (read_by IS NULL))),
    CONSTRAINT notifications_severity_known CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'critical'::text])))
);

ALTER TABLE ONLY tenantd.notifications FORCE ROW LEVEL SECURITY;

ALTER TABLE tenantd.notifications ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME tenantd.notifications_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE tenantd.oauth_clients (
    id text NOT NULL,
    tenant_id text NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    previous text,
    previous_until timestamp with time zone,
    scopes text[] NOT NULL,
    created_by text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT oauth_clients_digest_hex CHECK ((digest ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT oauth_clients_id_form CHECK ((id ~ '^tdc_[0-9a-f]{32}$'::text)),
    CONSTRAINT oauth_clients_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT oauth_clients_previous_hex CHECK ((previous ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT oauth_clients_previous_until CHECK (((previous IS NULL) = (previous_until IS NULL))),
    CONSTRAINT oauth_clients_scopes_known CHECK (((cardinality(scopes) > 0) AND (scopes <@ ARRAY['read'::text, 'write'::text, 'delete'::text, 'admin'::text])))
);

ALTER TABLE ONLY tenantd.oauth_clients FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.operation_steps (
    operation_id text NOT NULL,
    place integer NOT NULL,
    tenant_id text NOT NULL,
    name text NOT NULL,
    state text DEFAULT 'pending'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    note text,
    error text,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    duration_us bigint,
    intended boolean DEFAULT false NOT NULL,
    CONSTRAINT operation_steps_state_known CHECK ((state = ANY (ARRAY['pending'::text, 'running'::text, 'done'::text, 'skipped'::text, 'failed'::text, 'undone'::text])))
);

ALTER TABLE ONLY tenantd.operation_steps FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.operations (
    id text NOT NULL,
    kind text NOT NULL,
    tenant_id text NOT NULL,
    state text DEFAULT 'running'::text NOT NULL,
    on_failure text DEFAULT 'rollback'::text NOT NULL,
    request jsonb NOT NULL,
    requested_by text,
    request_id text,
    address text DEFAULT ''::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    error_step text,
    error_code text,
    undo_error text,
    cancelled_by text,
    secrets text,
    scope text,
    request_hash text,
    run_at timestamp with time zone,
    lease_until timestamp with time zone,
    leased_by text,
    committed_at timestamp with time zone,
    ended_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT operations_id_uuid CHECK (((id)::uuid IS NOT NULL)),
    CONSTRAINT operations_kind_known CHECK ((kind = ANY (ARRAY['tenant.create'::text, 'tenant.purge'::text]))),
    CONSTRAINT operations_leased CHECK (((lease_until IS NULL) = (leased_by IS NULL))),
    CONSTRAINT operations_on_failure_known CHECK ((on_failure = ANY (ARRAY['rollback'::text, 'hold'::text, 'retry'::text]))),
    CONSTRAINT operations_request_object CHECK ((jsonb_typeof(request) = 'object'::text)),
    CONSTRAINT operations_state_known CHECK ((state = ANY (ARRAY['running'::text, 'waiting'::text, 'held'::text, 'rolling_back'::text, 'succeeded'::text, 'rolled_back'::text])))
);

ALTER TABLE ONLY tenantd.operations FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.partners (
    id text NOT NULL,
    name text NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    status_reason text,
    contact_email text,
    tenant_quota bigint,
    rate_read integer,
    rate_write integer,
    version bigint DEFAULT 1 NOT NULL,
    created_by text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT partners_id_length CHECK (((char_length(id) >= 1) AND (char_length(id) <= 255))),
    CONSTRAINT partners_id_printable CHECK ((id !~ '[[:cntrl:]]'::text)),
    CONSTRAINT partners_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 255))),
    CONSTRAINT partners_rate_read_positive CHECK ((rate_read > 0)),
    CONSTRAINT partners_rate_write_positive CHECK ((rate_write > 0)),
    CONSTRAINT partners_status_known CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text]))),
    CONSTRAINT partners_tenant_quota_positive CHECK ((tenant_quota >= 0))
);

CREATE TABLE tenantd.password_history (
    id bigint NOT NULL,
    user_id text NOT NULL,
    hash text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE tenantd.password_history ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME tenantd.password_history_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE tenantd.password_resets (
    digest text NOT NULL,
    user_id text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT password_resets_digest_hex CHECK ((digest ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE tenantd.pool_databases (
    server text NOT NULL,
    name text NOT NULL,
    stamp text NOT NULL,
    state text DEFAULT 'making'::text NOT NULL,
    resource_id text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pool_databases_claimed CHECK (((state = 'claimed'::text) = (resource_id IS NOT NULL))),
    CONSTRAINT pool_databases_state_known CHECK ((state = ANY (ARRAY['making'::text, 'ready'::text, 'claimed'::text])))
);

CREATE TABLE tenantd.refresh_tokens (
    digest text NOT NULL,
    session_id text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT refresh_tokens_digest_hex CHECK ((digest ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE tenantd.registrations (
    id text NOT NULL,
    digest text NOT NULL,
    email text NOT NULL,
    name text,
    password_hash text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    invitation text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT registrations_digest_hex CHECK ((digest ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT registrations_id_uuid CHECK (((id)::uuid IS NOT NULL)),
    CONSTRAINT registrations_invitation_hex CHECK ((invitation ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE tenantd.resources (
    id text NOT NULL,
    tenant_id text NOT NULL,
    operation_id text NOT NULL,
    step text NOT NULL,
    kind text NOT NULL,
    place text DEFAULT ''::text NOT NULL,
    name text NOT NULL,
    state text DEFAULT 'intended'::text NOT NULL,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    health text DEFAULT 'unknown'::text NOT NULL,
    health_reason text,
    checked_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    made_at timestamp with time zone,
    removed_at timestamp with time zone,
    look_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT resources_health_known CHECK ((health = ANY (ARRAY['unknown'::text, 'ok'::text, 'degraded'::text, 'down'::text]))),
    CONSTRAINT resources_id_uuid CHECK (((id)::uuid IS NOT NULL)),
    CONSTRAINT resources_state_known CHECK ((state = ANY (ARRAY['intended'::text, 'made'::text, 'removed'::text])))
);

ALTER TABLE ONLY tenantd.resources FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.rls_exempt (
    relation text NOT NULL,
    reason text NOT NULL
);

CREATE TABLE tenantd.roles (
    tenant_id text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    scopes text[] NOT NULL,
    builtin boolean DEFAULT false NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_by text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT roles_admin_stays CHECK (((id <> 'admin'::text) OR ('admin'::text = ANY (scopes)))),
    CONSTRAINT roles_scopes_known CHECK ((scopes <@ ARRAY['read'::text, 'write'::text, 'delete'::text, 'admin'::text]))
);

ALTER TABLE ONLY tenantd.roles FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.sealed_keys (
    name text NOT NULL,
    sealed text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE tenantd.security_policies (
    tenant_id text NOT NULL,
    policy jsonb NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_by text,
    CONSTRAINT security_policies_policy_object CHECK ((jsonb_typeof(policy) = 'object'::text))
);

ALTER TABLE ONLY tenantd.security_policies FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.server_rights (
    relation text NOT NULL,
    privileges text NOT NULL
);

CREATE TABLE tenantd.sessions (
    id text NOT NULL,
    user_id text NOT NULL,
    tenant_id text,
    chosen boolean DEFAULT false NOT NULL,
    scope text DEFAULT ''::text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    agent text DEFAULT ''::text NOT NULL,
    mfa boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    ended_reason text,
    CONSTRAINT sessions_ended_reason_known CHECK ((ended_reason = ANY (ARRAY['logout'::text, 'limit'::text, 'reuse'::text, 'password'::text, 'factor'::text, 'administrator'::text, 'tenant'::text]))),
    CONSTRAINT sessions_ended_why CHECK (((ended_at IS NULL) = (ended_reason IS NULL))),
    CONSTRAINT sessions_id_uuid CHECK (((id)::uuid IS NOT NULL))
);

ALTER TABLE ONLY tenantd.sessions FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.sign_in_failures (
    bucket text NOT NULL,
    failures integer NOT NULL,
    last_at timestamp with time zone NOT NULL,
    told boolean DEFAULT false NOT NULL
);

CREATE TABLE tenantd.tenant_configs (
    tenant_id text NOT NULL,
    version bigint NOT NULL,
    config json NOT NULL,
    created_by text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT tenant_configs_config_object CHECK ((json_typeof(config) = 'object'::text)),
    CONSTRAINT tenant_configs_version_positive CHECK ((version > 0))
);

ALTER TABLE ONLY tenantd.tenant_configs FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.tenant_keys (
    tenant_id text NOT NULL,
    sealed text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY tenantd.tenant_keys FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.tenant_logins (
    tenant_id text NOT NULL,
    server text,
    database text,
    schema text,
    role text,
    resource_id text,
    pool_max integer NOT NULL,
    pool_min integer NOT NULL,
    pool_idle_ms integer NOT NULL,
    pool_acquire_ms integer NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    rotated_at timestamp with time zone,
    end_sessions boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT tenant_logins_pool_acquire_range CHECK (((pool_acquire_ms >= 1) AND (pool_acquire_ms <= 86400000))),
    CONSTRAINT tenant_logins_pool_idle_range CHECK (((pool_idle_ms >= 0) AND (pool_idle_ms <= 86400000))),
    CONSTRAINT tenant_logins_pool_max_range CHECK (((pool_max >= 1) AND (pool_max <= 1000))),
    CONSTRAINT tenant_logins_pool_min_range CHECK (((pool_min >= 0) AND (pool_min <= pool_max))),
    CONSTRAINT tenant_logins_role_whole CHECK ((((role IS NULL) = (resource_id IS NULL)) AND ((role IS NULL) OR (database IS NOT NULL))))
);

ALTER TABLE ONLY tenantd.tenant_logins FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.tenant_secrets (
    tenant_id text NOT NULL,
    name text NOT NULL,
    sealed text NOT NULL,
    hint text NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY tenantd.tenant_secrets FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.tenant_transitions (
    from_status text NOT NULL,
    to_status text NOT NULL
);

CREATE TABLE tenantd.totp (
    user_id text NOT NULL,
    sealed text NOT NULL,
    confirmed_at timestamp with time zone,
    last_step bigint DEFAULT 0 NOT NULL,
    recovery text[] DEFAULT '{}'::text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE tenantd.usage (
    tenant_id text NOT NULL,
    metric text NOT NULL,
    period text DEFAULT ''::text NOT NULL,
    value bigint DEFAULT 0 NOT NULL,
    told integer[] DEFAULT '{}'::integer[] NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT usage_value_positive CHECK ((value >= 0))
);

ALTER TABLE ONLY tenantd.usage FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.usage_daily (
    tenant_id text NOT NULL,
    metric text NOT NULL,
    day date NOT NULL,
    value bigint NOT NULL
);

ALTER TABLE ONLY tenantd.usage_daily FORCE ROW LEVEL SECURITY;

CREATE TABLE tenantd.usage_roll (
    one boolean DEFAULT true NOT NULL,
    day date NOT NULL,
    after text DEFAULT ''::text NOT NULL,
    CONSTRAINT usage_roll_one CHECK (one)
);

CREATE TABLE tenantd.webhooks (
    id text NOT NULL,
    tenant_id text,
    url text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    kinds text[] DEFAULT '{}'::text[] NOT NULL,
    secrets jsonb NOT NULL,
    concurrency integer DEFAULT 4 NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    disabled_reason text,
    disabled_at timestamp with time zone,
    failures integer DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    last_attempt_at timestamp with time zone,
    last_success_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_by text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    partner_id text,
    CONSTRAINT webhooks_concurrency_bounded CHECK (((concurrency >= 1) AND (concurrency <= 16))),
    CONSTRAINT webhooks_disabled_reason_known CHECK ((disabled_reason = ANY (ARRAY['request'::text, 'failures'::text, 'gone'::text]))),
    CONSTRAINT webhooks_disabled_when CHECK ((enabled = (disabled_at IS NULL))),
    CONSTRAINT webhooks_disabled_why CHECK ((enabled = (disabled_reason IS NULL))),
    CONSTRAINT webhooks_failing_since_when CHECK (((failures = 0) = (failing_since IS NULL))),
    CONSTRAINT webhooks_id_uuid CHECK (((id)::uuid IS NOT NULL)),
    CONSTRAINT webhooks_of_one CHECK (((tenant_id IS NULL) OR (partner_id IS NULL)))
);

ALTER TABLE ONLY tenantd.webhooks FORCE ROW LEVEL SECURITY;

ALTER TABLE ONLY public.custom_auth_tenant
    ADD CONSTRAINT custom_auth_tenant_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tenant_users
    ADD CONSTRAINT tenant_users_pkey PRIMARY KEY (tenant_id, user_id);

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_tenant_key UNIQUE (tenant);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.adoption_faults
    ADD CONSTRAINT adoption_faults_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.alert_rules
    ADD CONSTRAINT alert_rules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (rule_id, about);

ALTER TABLE ONLY tenantd.api_keys
    ADD CONSTRAINT api_keys_digest_key UNIQUE (digest);

ALTER TABLE ONLY tenantd.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.audit_checkpoints
    ADD CONSTRAINT audit_checkpoints_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY tenantd.audit
    ADD CONSTRAINT audit_entry_key UNIQUE (entry);

ALTER TABLE ONLY tenantd.audit_head
    ADD CONSTRAINT audit_head_pkey PRIMARY KEY (one);

ALTER TABLE ONLY tenantd.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.audit
    ADD CONSTRAINT audit_seq_key UNIQUE (seq);

ALTER TABLE ONLY tenantd.database_servers
    ADD CONSTRAINT database_servers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.email_templates
    ADD CONSTRAINT email_templates_pkey PRIMARY KEY (tenant_id, name);

ALTER TABLE ONLY tenantd.event_head
    ADD CONSTRAINT event_head_pkey PRIMARY KEY (one);

ALTER TABLE ONLY tenantd.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.events
    ADD CONSTRAINT events_seq_key UNIQUE (seq);

ALTER TABLE ONLY tenantd.exports
    ADD CONSTRAINT exports_pkey PRIMARY KEY (relation);

ALTER TABLE ONLY tenantd.exports
    ADD CONSTRAINT exports_place_key UNIQUE (place);

ALTER TABLE ONLY tenantd.exports
    ADD CONSTRAINT exports_type_key UNIQUE (type);

ALTER TABLE ONLY tenantd.group_members
    ADD CONSTRAINT group_members_pkey PRIMARY KEY (group_id, user_id);

ALTER TABLE ONLY tenantd.groups
    ADD CONSTRAINT groups_name_key UNIQUE (tenant_id, folded);

ALTER TABLE ONLY tenantd.groups
    ADD CONSTRAINT groups_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.idempotency_answers
    ADD CONSTRAINT idempotency_answers_pkey PRIMARY KEY (scope);

ALTER TABLE ONLY tenantd.idempotency_parts
    ADD CONSTRAINT idempotency_parts_pkey PRIMARY KEY (scope, part);

ALTER TABLE ONLY tenantd.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (scope);

ALTER TABLE ONLY tenantd.identity_sync
    ADD CONSTRAINT identity_sync_pkey PRIMARY KEY (provider, user_id);

ALTER TABLE ONLY tenantd.invitations
    ADD CONSTRAINT invitations_digest_key UNIQUE (digest);

ALTER TABLE ONLY tenantd.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.job_lanes
    ADD CONSTRAINT job_lanes_pkey PRIMARY KEY (lane);

ALTER TABLE ONLY tenantd.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.mail_limits
    ADD CONSTRAINT mail_limits_pkey PRIMARY KEY (bucket);

ALTER TABLE ONLY tenantd.migrations
    ADD CONSTRAINT migrations_name_key UNIQUE (name);

ALTER TABLE ONLY tenantd.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (number);

ALTER TABLE ONLY tenantd.names
    ADD CONSTRAINT names_pkey PRIMARY KEY (name);

ALTER TABLE ONLY tenantd.notifications
    ADD CONSTRAINT notifications_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.oauth_clients
    ADD CONSTRAINT oauth_clients_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.operation_steps
    ADD CONSTRAINT operation_steps_pkey PRIMARY KEY (operation_id, place);

ALTER TABLE ONLY tenantd.operations
    ADD CONSTRAINT operations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.operations
    ADD CONSTRAINT operations_scope_key UNIQUE (scope);

ALTER TABLE ONLY tenantd.partners
    ADD CONSTRAINT partners_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.password_history
    ADD CONSTRAINT password_history_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.password_resets
    ADD CONSTRAINT password_resets_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY tenantd.pool_databases
    ADD CONSTRAINT pool_databases_pkey PRIMARY KEY (server, name);

ALTER TABLE ONLY tenantd.quotas
    ADD CONSTRAINT quotas_pkey PRIMARY KEY (tenant_id, metric);

ALTER TABLE ONLY tenantd.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY tenantd.registrations
    ADD CONSTRAINT registrations_digest_key UNIQUE (digest);

ALTER TABLE ONLY tenantd.registrations
    ADD CONSTRAINT registrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.resources
    ADD CONSTRAINT resources_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.rls_exempt
    ADD CONSTRAINT rls_exempt_pkey PRIMARY KEY (relation);

ALTER TABLE ONLY tenantd.roles
    ADD CONSTRAINT roles_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY tenantd.sealed_keys
    ADD CONSTRAINT sealed_keys_pkey PRIMARY KEY (name);

ALTER TABLE ONLY tenantd.security_policies
    ADD CONSTRAINT security_policies_pkey PRIMARY KEY (tenant_id);

ALTER TABLE ONLY tenantd.server_rights
    ADD CONSTRAINT server_rights_pkey PRIMARY KEY (relation);

ALTER TABLE ONLY tenantd.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tenantd.sign_in_failures
    ADD CONSTRAINT sign_in_failures_pkey PRIMARY KEY (bucket);

ALTER TABLE ONLY tenantd.tenant_configs
    ADD CONSTRAINT tenant_configs_pkey PRIMARY KEY (tenant_id, version);

ALTER TABLE ONLY tenantd.tenant_keys
    ADD CONSTRAINT tenant_keys_pkey PRIMARY KEY (tenant_id);

ALTER TABLE ONLY tenantd.tenant_logins
    ADD CONSTRAINT tenant_logins_pkey PRIMARY KEY (tenant_id);

ALTER TABLE ONLY tenantd.tenant_secrets
    ADD CONSTRAINT tenant_secrets_pkey PRIMARY KEY (tenant_id, name);

ALTER TABLE ONLY tenantd.tenant_transitions
    ADD CONSTRAINT tenant_transitions_pkey PRIMARY KEY (from_status, to_status);

ALTER TABLE ONLY tenantd.totp
    ADD CONSTRAINT totp_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY tenantd.usage_daily
    ADD CONSTRAINT usage_daily_pkey PRIMARY KEY (tenant_id, metric, day);

ALTER TABLE ONLY tenantd.usage
    ADD CONSTRAINT usage_pkey PRIMARY KEY (tenant_id, metric, period);

ALTER TABLE ONLY tenantd.usage_roll
    ADD CONSTRAINT usage_roll_pkey PRIMARY KEY (one);

ALTER TABLE ONLY tenantd.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (id);

CREATE INDEX custom_auth_tenant_owner_id_idx ON public.custom_auth_tenant USING btree (owner_id);

CREATE INDEX tenant_users_user_id_idx ON public.tenant_users USING btree (user_id);

CREATE INDEX tenants_created_at_idx ON public.tenants USING btree (created_at, id);

CREATE INDEX tenants_partner_created_at_idx ON public.tenants USING btree (partner_id, status, created_at, id) WHERE (partner_id IS NOT NULL);

CREATE UNIQUE INDEX tenants_partner_email_key ON public.tenants USING btree (partner_id, lower(contact_email) COLLATE "C") WHERE ((partner_id IS NOT NULL) AND (status <> ALL (ARRAY['purged'::text, 'failed'::text])));

CREATE UNIQUE INDEX tenants_partner_external_id_key ON public.tenants USING btree (partner_id, external_id COLLATE "C") WHERE ((partner_id IS NOT NULL) AND (external_id IS NOT NULL) AND (status <> ALL (ARRAY['purged'::text, 'failed'::text])));

CREATE INDEX tenants_partner_name_idx ON public.tenants USING btree (partner_id, status, "left"(lower(company_name), 100) COLLATE "C", id) WHERE (partner_id IS NOT NULL);

CREATE INDEX tenants_purge_at_idx ON public.tenants USING btree (purge_at) WHERE (purge_at IS NOT NULL);

CREATE INDEX tenants_slug_idx ON public.tenants USING btree (slug, id);

CREATE INDEX tenants_suspended_until_idx ON public.tenants USING btree (suspended_until) WHERE (suspended_until IS NOT NULL);

CREATE UNIQUE INDEX users_email_key ON public.users USING btree (lower(email));

CREATE INDEX users_superusers_idx ON public.users USING btree (id) WHERE is_superuser;

CREATE INDEX users_tenant_id_idx ON public.users USING btree (tenant_id);

CREATE INDEX alert_rules_tenant_id_idx ON tenantd.alert_rules USING btree (tenant_id, id);

CREATE INDEX api_keys_partner_id_idx ON tenantd.api_keys USING btree (partner_id, id) WHERE (partner_id IS NOT NULL);

CREATE UNIQUE INDEX api_keys_previous_idx ON tenantd.api_keys USING btree (previous) WHERE (previous IS NOT NULL);

CREATE INDEX api_keys_tenant_id_idx ON tenantd.api_keys USING btree (tenant_id, id) WHERE (tenant_id IS NOT NULL);

CREATE INDEX audit_tenant_id_idx ON tenantd.audit USING btree (tenant_id, id);

CREATE INDEX audit_unsequenced_idx ON tenantd.audit USING btree (id) WHERE (seq IS NULL);

CREATE INDEX deliveries_bad_idx ON tenantd.deliveries USING btree (webhook_id, id) WHERE (outcome <> 'ok'::text);

CREATE INDEX deliveries_started_at_idx ON tenantd.deliveries USING btree (started_at);

CREATE INDEX deliveries_webhook_id_idx ON tenantd.deliveries USING btree (webhook_id, id);

CREATE INDEX events_alerting_idx ON tenantd.events USING btree (tenant_id, kind, seq) WHERE (kind = ANY (ARRAY['job.dead'::text, 'webhook.disabled'::text, 'tenant.failed'::text, 'tenant.suspended'::text, 'quota.threshold'::text]));

CREATE INDEX events_created_at_idx ON tenantd.events USING brin (created_at);

CREATE INDEX events_tenant_id_idx ON tenantd.events USING btree (tenant_id, seq);

CREATE INDEX events_unsequenced_idx ON tenantd.events USING btree (id) WHERE (seq IS NULL);

CREATE INDEX group_members_user_id_idx ON tenantd.group_members USING btree (tenant_id, user_id);

CREATE INDEX groups_tenant_id_idx ON tenantd.groups USING btree (tenant_id, id);

CREATE INDEX idempotency_answers_expires_at_idx ON tenantd.idempotency_answers USING btree (expires_at);

CREATE INDEX idempotency_expires_at_idx ON tenantd.idempotency USING btree (expires_at);

CREATE INDEX identity_sync_tenant_id_idx ON tenantd.identity_sync USING btree (tenant_id);

CREATE UNIQUE INDEX invitations_open_key ON tenantd.invitations USING btree (tenant_id, lower(email)) WHERE ((accepted_at IS NULL) AND (revoked_at IS NULL));

CREATE INDEX invitations_over_idx ON tenantd.invitations USING btree (COALESCE(accepted_at, revoked_at, expires_at));

CREATE INDEX invitations_tenant_id_idx ON tenantd.invitations USING btree (tenant_id, id);

CREATE INDEX job_lanes_leased_idx ON tenantd.job_lanes USING btree (leased_by) WHERE (leased_by IS NOT NULL);

CREATE INDEX job_lanes_pool_idx ON tenantd.job_lanes USING btree (pool, run_at, job_id);

CREATE INDEX job_lanes_run_at_idx ON tenantd.job_lanes USING btree (run_at) WHERE (leased_by IS NULL);

CREATE INDEX jobs_dead_idx ON tenantd.jobs USING btree (id) WHERE (state = 'dead'::text);

CREATE INDEX jobs_done_idx ON tenantd.jobs USING btree (updated_at) WHERE (state = 'done'::text);

CREATE INDEX jobs_queued_idx ON tenantd.jobs USING btree (lane, id) WHERE (state = 'queued'::text);

CREATE INDEX mail_limits_last_at_idx ON tenantd.mail_limits USING btree (last_at);

CREATE INDEX names_held_until_idx ON tenantd.names USING btree (held_until) WHERE (held_until IS NOT NULL);

CREATE INDEX names_tenant_id_idx ON tenantd.names USING btree (tenant_id);

CREATE INDEX notifications_created_at_idx ON tenantd.notifications USING btree (created_at);

CREATE INDEX notifications_tenant_id_idx ON tenantd.notifications USING btree (tenant_id, id);

CREATE INDEX notifications_unread_idx ON tenantd.notifications USING btree (tenant_id, id) WHERE (read_at IS NULL);

CREATE INDEX oauth_clients_tenant_id_idx ON tenantd.oauth_clients USING btree (tenant_id, id);

CREATE INDEX operations_open_idx ON tenantd.operations USING btree (id) WHERE (ended_at IS NULL);

CREATE INDEX operations_state_idx ON tenantd.operations USING btree (state, created_at, id);

CREATE INDEX operations_tenant_id_idx ON tenantd.operations USING btree (tenant_id, created_at);

CREATE INDEX password_history_user_id_idx ON tenantd.password_history USING btree (user_id, id);

CREATE INDEX password_resets_expires_at_idx ON tenantd.password_resets USING btree (expires_at);

CREATE INDEX password_resets_user_id_idx ON tenantd.password_resets USING btree (user_id);

CREATE INDEX pool_databases_ready_idx ON tenantd.pool_databases USING btree (server, stamp, created_at) WHERE (state = 'ready'::text);

CREATE INDEX pool_databases_resource_id_idx ON tenantd.pool_databases USING btree (resource_id) WHERE (resource_id IS NOT NULL);

CREATE INDEX refresh_tokens_session_id_idx ON tenantd.refresh_tokens USING btree (session_id);

CREATE INDEX registrations_email_idx ON tenantd.registrations USING btree (lower(email));

CREATE INDEX registrations_expires_at_idx ON tenantd.registrations USING btree (expires_at);

CREATE INDEX resources_look_at_idx ON tenantd.resources USING btree (look_at) WHERE (state = 'made'::text);

CREATE UNIQUE INDEX resources_name_key ON tenantd.resources USING btree (kind, place, name) WHERE (state <> 'removed'::text);

CREATE INDEX resources_operation_id_idx ON tenantd.resources USING btree (operation_id, created_at, id);

CREATE INDEX resources_tenant_id_idx ON tenantd.resources USING btree (tenant_id, created_at, id);

CREATE INDEX sessions_expires_at_idx ON tenantd.sessions USING btree (expires_at);

CREATE INDEX sessions_tenant_id_idx ON tenantd.sessions USING btree (tenant_id) WHERE (ended_at IS NULL);

CREATE INDEX sessions_user_id_idx ON tenantd.sessions USING btree (user_id, created_at);

CREATE INDEX sign_in_failures_last_at_idx ON tenantd.sign_in_failures USING btree (last_at);

CREATE INDEX usage_daily_day_idx ON tenantd.usage_daily USING btree (day);

CREATE INDEX usage_period_idx ON tenantd.usage USING btree (period) WHERE (period <> ''::text);

CREATE INDEX webhooks_partner_id_idx ON tenantd.webhooks USING btree (partner_id, id) WHERE (partner_id IS NOT NULL);

CREATE INDEX webhooks_platform_idx ON tenantd.webhooks USING btree (id) WHERE ((tenant_id IS NULL) AND (partner_id IS NULL));

CREATE INDEX webhooks_tenant_id_idx ON tenantd.webhooks USING btree (tenant_id, id);

CREATE TRIGGER tenant_users_changed AFTER UPDATE ON public.tenant_users FOR EACH ROW WHEN ((new.role <> old.role)) EXECUTE FUNCTION tenantd.tenant_users_tell();

CREATE TRIGGER tenant_users_leave_groups AFTER DELETE ON public.tenant_users FOR EACH ROW EXECUTE FUNCTION tenantd.tenant_users_leave_groups();

CREATE TRIGGER tenant_users_left AFTER DELETE ON public.tenant_users FOR EACH ROW EXECUTE FUNCTION tenantd.tenant_users_tell();

CREATE TRIGGER tenant_users_touch BEFORE UPDATE ON public.tenant_users FOR EACH ROW EXECUTE FUNCTION tenantd.touch();

CREATE TRIGGER tenantd_adopt AFTER INSERT OR DELETE OR UPDATE ON public.custom_auth_tenant FOR EACH ROW EXECUTE FUNCTION tenantd.adopt_row();

ALTER TABLE public.custom_auth_tenant ENABLE ALWAYS TRIGGER tenantd_adopt;

CREATE TRIGGER tenantd_tell AFTER UPDATE ON public.custom_auth_tenant FOR EACH ROW WHEN (((new.id = old.id) AND (((new.name)::text IS DISTINCT FROM (old.name)::text) OR ((new.owner_id)::text IS DISTINCT FROM (old.owner_id)::text)))) EXECUTE FUNCTION tenantd.registry_tell();

ALTER TABLE public.custom_auth_tenant ENABLE ALWAYS TRIGGER tenantd_tell;

CREATE TRIGGER tenants_end_sessions AFTER UPDATE OF status ON public.tenants FOR EACH ROW WHEN (((new.status <> old.status) AND (new.status <> ALL (ARRAY['active'::text, 'provisioning'::text])))) EXECUTE FUNCTION tenantd.tenants_end_sessions();

CREATE TRIGGER tenants_follow_access AFTER UPDATE OF status ON public.tenants FOR EACH ROW WHEN (((new.status = ANY (ARRAY['active'::text, 'provisioning'::text])) <> (old.status = ANY (ARRAY['active'::text, 'provisioning'::text])))) EXECUTE FUNCTION tenantd.tenants_follow_access();

ALTER TABLE public.tenants ENABLE ALWAYS TRIGGER tenants_follow_access;

CREATE TRIGGER tenants_guard BEFORE UPDATE ON public.tenants FOR EACH ROW EXECUTE FUNCTION tenantd.tenants_guard();

ALTER TABLE public.tenants ENABLE ALWAYS TRIGGER tenants_guard;

CREATE TRIGGER tenants_insert_names AFTER INSERT ON public.tenants REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION tenantd.tenants_insert_names();

ALTER TABLE public.tenants ENABLE ALWAYS TRIGGER tenants_insert_names;

CREATE TRIGGER tenants_lifecycle BEFORE UPDATE ON public.tenants FOR EACH ROW EXECUTE FUNCTION tenantd.tenants_lifecycle();

ALTER TABLE public.tenants ENABLE ALWAYS TRIGGER tenants_lifecycle;

CREATE TRIGGER tenants_purging BEFORE UPDATE OF status ON public.tenants FOR EACH ROW WHEN (((old.status = 'deactivated'::text) AND (new.status = 'active'::text))) EXECUTE FUNCTION tenantd.tenants_purging();

CREATE TRIGGER tenants_tell AFTER UPDATE ON public.tenants FOR EACH ROW EXECUTE FUNCTION tenantd.tenants_tell();

ALTER TABLE public.tenants ENABLE ALWAYS TRIGGER tenants_tell;

CREATE TRIGGER tenants_tell_made AFTER INSERT ON public.tenants FOR EACH ROW WHEN ((COALESCE(current_setting('app.actor'::text, true), ''::text) = ''::text)) EXECUTE FUNCTION tenantd.tenants_tell();

ALTER TABLE public.tenants ENABLE ALWAYS TRIGGER tenants_tell_made;

CREATE TRIGGER tenants_update_names AFTER UPDATE OF slug ON public.tenants FOR EACH ROW EXECUTE FUNCTION tenantd.tenants_update_names();

ALTER TABLE public.tenants ENABLE ALWAYS TRIGGER tenants_update_names;

CREATE TRIGGER users_end_sessions AFTER UPDATE OF is_active ON public.users FOR EACH ROW WHEN ((old.is_active AND (NOT new.is_active))) EXECUTE FUNCTION tenantd.users_end_sessions();

CREATE TRIGGER users_gone_leave_groups AFTER DELETE ON public.users FOR EACH ROW WHEN ((old.tenant_id IS NOT NULL)) EXECUTE FUNCTION tenantd.users_leave_groups();

CREATE TRIGGER users_moved_leave_groups AFTER UPDATE ON public.users FOR EACH ROW WHEN (((old.tenant_id IS NOT NULL) AND (new.tenant_id IS DISTINCT FROM old.tenant_id))) EXECUTE FUNCTION tenantd.users_leave_groups();

CREATE TRIGGER users_tell AFTER INSERT OR DELETE OR UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION tenantd.users_tell();

CREATE TRIGGER users_tell_platform AFTER INSERT OR DELETE OR UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION tenantd.users_tell_platform();

CREATE TRIGGER users_touch BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION tenantd.users_touch();

CREATE TRIGGER audit_checkpoints_guard_rows BEFORE DELETE OR UPDATE ON tenantd.audit_checkpoints FOR EACH ROW EXECUTE FUNCTION tenantd.audit_checkpoints_guard();

ALTER TABLE tenantd.audit_checkpoints ENABLE ALWAYS TRIGGER audit_checkpoints_guard_rows;

CREATE TRIGGER audit_checkpoints_guard_table BEFORE TRUNCATE ON tenantd.audit_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION tenantd.audit_checkpoints_guard();

ALTER TABLE tenantd.audit_checkpoints ENABLE ALWAYS TRIGGER audit_checkpoints_guard_table;

CREATE TRIGGER audit_checkpoints_prune AFTER INSERT ON tenantd.audit_checkpoints FOR EACH ROW EXECUTE FUNCTION tenantd.audit_prune();

ALTER TABLE tenantd.audit_checkpoints ENABLE ALWAYS TRIGGER audit_checkpoints_prune;

CREATE TRIGGER audit_guard_rows BEFORE DELETE OR UPDATE ON tenantd.audit FOR EACH ROW EXECUTE FUNCTION tenantd.audit_guard();

ALTER TABLE tenantd.audit ENABLE ALWAYS TRIGGER audit_guard_rows;

CREATE TRIGGER audit_guard_table BEFORE TRUNCATE ON tenantd.audit FOR EACH STATEMENT EXECUTE FUNCTION tenantd.audit_guard();

ALTER TABLE tenantd.audit ENABLE ALWAYS TRIGGER audit_guard_table;

CREATE TRIGGER jobs_open_lanes AFTER INSERT ON tenantd.jobs REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION tenantd.jobs_open_lanes();

CREATE TRIGGER jobs_touch BEFORE UPDATE ON tenantd.jobs FOR EACH ROW EXECUTE FUNCTION tenantd.touch();

CREATE TRIGGER names_since BEFORE UPDATE OF kind ON tenantd.names FOR EACH ROW WHEN ((new.kind <> old.kind)) EXECUTE FUNCTION tenantd.names_since();

ALTER TABLE tenantd.names ENABLE ALWAYS TRIGGER names_since;

CREATE TRIGGER resources_count AFTER INSERT OR DELETE OR UPDATE OF state ON tenantd.resources FOR EACH ROW EXECUTE FUNCTION tenantd.database_servers_count();

CREATE TRIGGER resources_tell AFTER UPDATE OF health ON tenantd.resources FOR EACH ROW WHEN (((new.state <> 'removed'::text) AND (old.health <> new.health) AND (NOT ((old.health = 'unknown'::text) AND (new.health = 'ok'::text))))) EXECUTE FUNCTION tenantd.resources_tell();

ALTER TABLE ONLY public.tenant_users
    ADD CONSTRAINT tenant_users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES tenantd.partners(id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY tenantd.api_keys
    ADD CONSTRAINT api_keys_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES tenantd.partners(id);

ALTER TABLE ONLY tenantd.group_members
    ADD CONSTRAINT group_members_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY tenantd.groups
    ADD CONSTRAINT groups_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY tenantd.names
    ADD CONSTRAINT names_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY tenantd.password_history
    ADD CONSTRAINT password_history_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY tenantd.password_resets
    ADD CONSTRAINT password_resets_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY tenantd.pool_databases
    ADD CONSTRAINT pool_databases_server_fkey FOREIGN KEY (server) REFERENCES tenantd.database_servers(id);

ALTER TABLE ONLY tenantd.refresh_tokens
    ADD CONSTRAINT refresh_tokens_session_id_fkey FOREIGN KEY (session_id) REFERENCES tenantd.sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY tenantd.roles
    ADD CONSTRAINT roles_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY tenantd.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY tenantd.totp
    ADD CONSTRAINT totp_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY tenantd.webhooks
    ADD CONSTRAINT webhooks_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES tenantd.partners(id);

CREATE POLICY tenant_scope ON public.tenant_users USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

ALTER TABLE public.tenant_users ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.alert_rules ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.alerts ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.api_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.audit ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.deliveries ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.email_templates ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.events ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.group_members ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.groups ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.idempotency ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.idempotency_answers ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.idempotency_parts ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.identity_sync ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.invitations ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.jobs ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.notifications ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.oauth_clients ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.operation_steps ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.operations ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.quotas ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.resources ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.roles ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.security_policies ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.tenant_configs ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.tenant_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.tenant_logins ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant_scope ON tenantd.alert_rules USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.alerts USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.api_keys USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.audit USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.deliveries USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.email_templates USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.events USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.group_members USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.groups USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.idempotency USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.idempotency_answers USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.idempotency_parts USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.identity_sync USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.invitations USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.jobs USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.notifications USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.oauth_clients USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.operation_steps USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.operations USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.quotas USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.resources USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.roles USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.security_policies USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.sessions USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.tenant_configs USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.tenant_keys USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.tenant_logins USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.tenant_secrets USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.usage USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.usage_daily USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

CREATE POLICY tenant_scope ON tenantd.webhooks USING (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management))) WITH CHECK (((tenant_id = ( SELECT tenantd.current_tenant() AS current_tenant)) OR ( SELECT tenantd.is_management() AS is_management)));

ALTER TABLE tenantd.tenant_secrets ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.usage ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.usage_daily ENABLE ROW LEVEL SECURITY;

ALTER TABLE tenantd.webhooks ENABLE ROW LEVEL SECURITY;
