-- The registry: the table that tenantd shares with Django and Next.js, tenantd's own row
-- beside each of its rows, the names in use, users and memberships.

-- Rights of the server role, one row per relation; grant_roles() gives exactly these.
CREATE TABLE tenantd.server_rights (
	relation   TEXT PRIMARY KEY, -- schema.table
	privileges TEXT NOT NULL     -- as GRANT takes them
);

-- Tables with a tenant_id, or about tenants, that row-level security leaves open on purpose.
CREATE TABLE tenantd.rls_exempt (
	relation TEXT PRIMARY KEY, -- schema.table
	reason   TEXT NOT NULL
);

DO $$
DECLARE
	taken TEXT;
BEGIN
	FOREACH taken IN ARRAY ARRAY['public.tenants', 'public.users', 'public.tenant_users'] LOOP
		IF to_regclass(taken) IS NOT NULL THEN
			RAISE EXCEPTION 'cannot install: relation "%" exists already and is not tenantd''s', taken
				USING ERRCODE = 'duplicate_table',
				HINT = 'Rename it or move it to another schema, or give tenantd a database of its own.';
		END IF;
	END LOOP;
END $$;

-- Exactly the table that the applications know. When it is there, it stays as it is.
CREATE TABLE IF NOT EXISTS public.custom_auth_tenant (
	id             UUID PRIMARY KEY,
	name           VARCHAR(255) NOT NULL,
	owner_id       VARCHAR(255),
	schema_name    VARCHAR(255) NOT NULL,
	created_at     TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
	updated_at     TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
	rls_enabled    BOOLEAN DEFAULT TRUE,
	rls_setup_date TIMESTAMP WITH TIME ZONE,
	is_active      BOOLEAN DEFAULT TRUE
);

DO $$
DECLARE
	faults TEXT;
	rel CONSTANT REGCLASS := 'public.custom_auth_tenant';
BEGIN
	SELECT string_agg(fault, '; ' ORDER BY place) INTO faults FROM (
		SELECT e.place, CASE
			WHEN a.attname IS NULL
				THEN format('column "%s" is missing', e.name)
			WHEN format_type(a.atttypid, a.atttypmod) <> e.type
				THEN format('column "%s" is %s, not %s', e.name,
				    format_type(a.atttypid, a.atttypmod), e.type)
			WHEN e.required AND NOT a.attnotnull
				THEN format('column "%s" may be null', e.name)
			END AS fault
		  FROM (VALUES
			(1, 'id',             'uuid',                     true),
			(2, 'name',           'character varying(255)',   true),
			(3, 'owner_id',       'character varying(255)',   false),
			(4, 'schema_name',    'character varying(255)',   true),
			(5, 'created_at',     'timestamp with time zone', false),
			(6, 'updated_at',     'timestamp with time zone', false),
			(7, 'rls_enabled',    'boolean',                  false),
			(8, 'rls_setup_date', 'timestamp with time zone', false),
			(9, 'is_active',      'boolean',                  false)
		       ) AS e (place, name, type, required)
		  LEFT JOIN pg_attribute a
		    ON a.attrelid = rel AND a.attname = e.name AND NOT a.attisdropped
		UNION ALL
		-- A further column is the applications' business, unless our INSERT would fail on it.
		SELECT 10, format('column "%s" is not ours, may not be null and has no default', a.attname)
		  FROM pg_attribute a
		 WHERE a.attrelid = rel AND a.attnum > 0 AND NOT a.attisdropped
		   AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
		   AND a.attname NOT IN ('id', 'name', 'owner_id', 'schema_name', 'created_at',
		       'updated_at', 'rls_enabled', 'rls_setup_date', 'is_active')
		UNION ALL
		SELECT 11, 'its primary key is not (id)'
		 WHERE NOT EXISTS (
			SELECT FROM pg_index i JOIN pg_attribute a
			    ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
			 WHERE i.indrelid = rel AND i.indisprimary AND i.indnkeyatts = 1 AND a.attname = 'id')
		UNION ALL
		SELECT 12, 'it is not an ordinary table'
		  FROM pg_class WHERE oid = rel AND relkind NOT IN ('r', 'p')
		UNION ALL
		SELECT 13, format('it belongs to role "%s", of which "%s" is not a member',
		    pg_get_userbyid(relowner), current_user)
		  FROM pg_class WHERE oid = rel AND NOT pg_has_role(current_user, relowner, 'USAGE')
		UNION ALL
		SELECT 14, 'its row-level security is forced, which would hide rows from the role that adopts them'
		  FROM pg_class c JOIN pg_roles r ON r.rolname = current_user
		 WHERE c.oid = rel AND c.relrowsecurity AND c.relforcerowsecurity
		   AND NOT (r.rolsuper OR r.rolbypassrls)
	) AS seen (place, fault);
	IF faults IS NOT NULL THEN
		RAISE EXCEPTION 'cannot adopt public.custom_auth_tenant: %', faults
			USING ERRCODE = 'wrong_object_type',
			HINT = 'tenantd never alters this table: bring it to the form that the applications share.';
	END IF;
END $$;

CREATE INDEX IF NOT EXISTS custom_auth_tenant_owner_id_idx ON public.custom_auth_tenant (owner_id);

-- No foreign key to the registry: another application's DELETE there must not fail.
-- Write this row before the registry's, else the adoption trigger has written it already.
CREATE TABLE public.tenants (
	id                TEXT PRIMARY KEY
		CONSTRAINT tenants_id_length CHECK (char_length(id) BETWEEN 1 AND 255)
		CONSTRAINT tenants_id_reserved CHECK (lower(id) <> 'unset'),
	tenant            UUID NOT NULL CONSTRAINT tenants_tenant_key UNIQUE,
	slug              TEXT NOT NULL
		CONSTRAINT tenants_slug_length CHECK (char_length(slug) BETWEEN 1 AND 255)
		-- else a slug could sit on the name that an adopted row needs
		-- (what begins with "tenant-" is none, and most do)
		CONSTRAINT tenants_slug_not_uuid CHECK (slug LIKE 'tenant-%' OR slug !~* '^\{?([0-9a-f]{4}-?){7}[0-9a-f]{4}\}?$'),
	status            TEXT NOT NULL DEFAULT 'active'
		CONSTRAINT tenants_status_known CHECK
		(status IN ('provisioning', 'active', 'suspended', 'deactivated', 'purged', 'failed')),
	status_reason     TEXT,
	plan              TEXT NOT NULL DEFAULT 'free'
		CONSTRAINT tenants_plan_known CHECK (plan IN ('free', 'professional', 'enterprise')),
	billing_cycle     TEXT NOT NULL DEFAULT 'monthly'
		CONSTRAINT tenants_billing_cycle_known CHECK (billing_cycle IN ('monthly', 'annual')),
	isolation         TEXT NOT NULL DEFAULT 'shared'
		CONSTRAINT tenants_isolation_known CHECK (isolation IN ('shared', 'schema', 'database')),
	onboarding_status TEXT NOT NULL DEFAULT 'pending'
		CONSTRAINT tenants_onboarding_status_known CHECK
		(onboarding_status IN ('pending', 'in_progress', 'complete', 'failed')),
	features          JSONB NOT NULL DEFAULT '{}'
		CONSTRAINT tenants_features_object CHECK (jsonb_typeof(features) = 'object'),
	version           BIGINT NOT NULL DEFAULT 1,
	created_at        TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_at        TIMESTAMPTZ NOT NULL DEFAULT now(),
	deactivated_at    TIMESTAMPTZ,
	-- every spelling that PostgreSQL reads as a UUID
	CONSTRAINT tenants_id_uuid CHECK
		(id = tenant::text OR id !~* '^\{?([0-9a-f]{4}-?){7}[0-9a-f]{4}\}?$')
);

-- Ids, slugs and past slugs: one name space, compared in lower case.
CREATE TABLE tenantd.names (
	name       TEXT PRIMARY KEY CONSTRAINT names_lower_case CHECK (name = lower(name)),
	tenant_id  TEXT NOT NULL REFERENCES public.tenants (id),
	kind       TEXT NOT NULL CONSTRAINT names_kind_known CHECK (kind IN ('id', 'slug', 'past_slug')),
	held_until TIMESTAMPTZ -- of a past slug: free afterwards; NULL: never
);
CREATE INDEX names_tenant_id_idx ON tenantd.names (tenant_id);
CREATE INDEX names_held_until_idx ON tenantd.names (held_until) WHERE held_until IS NOT NULL;

-- A clash is SQLSTATE 23505 on constraint names_pkey.
CREATE FUNCTION tenantd.tenants_insert_names() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	DELETE FROM tenantd.names
	 WHERE kind = 'past_slug' AND held_until <= now()
	   AND name IN (SELECT lower(id) FROM inserted UNION ALL SELECT lower(slug) FROM inserted);
	INSERT INTO tenantd.names (name, tenant_id, kind)
		SELECT lower(id), id, 'id' FROM inserted
		UNION ALL
		SELECT lower(slug), id, 'slug' FROM inserted WHERE lower(slug) <> lower(id);
	RETURN NULL;
END $$;

CREATE FUNCTION tenantd.tenants_update_names() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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

CREATE TRIGGER tenants_insert_names AFTER INSERT ON public.tenants
	REFERENCING NEW TABLE AS inserted
	FOR EACH STATEMENT EXECUTE FUNCTION tenantd.tenants_insert_names();
CREATE TRIGGER tenants_update_names AFTER UPDATE OF slug ON public.tenants
	FOR EACH ROW EXECUTE FUNCTION tenantd.tenants_update_names();
-- The adoption trigger fires under replication too, and what it inserts needs its names.
ALTER TABLE public.tenants ENABLE ALWAYS TRIGGER tenants_insert_names;
ALTER TABLE public.tenants ENABLE ALWAYS TRIGGER tenants_update_names;

-- The one place that says which changes of status exist.
CREATE TABLE tenantd.tenant_transitions (
	from_status TEXT NOT NULL,
	to_status   TEXT NOT NULL,
	PRIMARY KEY (from_status, to_status)
);
INSERT INTO tenantd.tenant_transitions (from_status, to_status) VALUES
	('provisioning', 'active'),
	('provisioning', 'failed'),
	('active',       'suspended'),
	('suspended',    'active'),
	('active',       'deactivated'),
	('suspended',    'deactivated'),
	('deactivated',  'active'),
	('deactivated',  'purged');

CREATE FUNCTION tenantd.tenants_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
CREATE TRIGGER tenants_guard BEFORE UPDATE ON public.tenants
	FOR EACH ROW EXECUTE FUNCTION tenantd.tenants_guard();
ALTER TABLE public.tenants ENABLE ALWAYS TRIGGER tenants_guard;

CREATE FUNCTION tenantd.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.updated_at := now();
	RETURN NEW;
END $$;

CREATE TABLE public.users (
	id            TEXT PRIMARY KEY
		CONSTRAINT users_id_length CHECK (char_length(id) BETWEEN 1 AND 255),
	email         TEXT NOT NULL,
	password_hash TEXT,
	is_superuser  BOOLEAN NOT NULL DEFAULT false,
	tenant_id     TEXT REFERENCES public.tenants (id),
	is_active     BOOLEAN NOT NULL DEFAULT true,
	created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_at    TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email_key ON public.users (lower(email));
CREATE INDEX users_tenant_id_idx ON public.users (tenant_id);
CREATE TRIGGER users_touch BEFORE UPDATE ON public.users
	FOR EACH ROW EXECUTE FUNCTION tenantd.touch();

-- Members need no row in users: their identity may come from another issuer.
CREATE TABLE public.tenant_users (
	tenant_id  TEXT NOT NULL REFERENCES public.tenants (id),
	user_id    VARCHAR(255) NOT NULL,
	role       TEXT NOT NULL DEFAULT 'member',
	created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX tenant_users_user_id_idx ON public.tenant_users (user_id);
CREATE TRIGGER tenant_users_touch BEFORE UPDATE ON public.tenant_users
	FOR EACH ROW EXECUTE FUNCTION tenantd.touch();

REVOKE ALL ON FUNCTION tenantd.tenants_insert_names(), tenantd.tenants_update_names(),
	tenantd.tenants_guard() FROM PUBLIC;

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('public.custom_auth_tenant',  'SELECT, INSERT, UPDATE'),
	('public.tenants',             'SELECT, INSERT, UPDATE'),
	('public.users',               'SELECT, INSERT, UPDATE'),
	('public.tenant_users',        'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.names',              'SELECT, UPDATE (held_until)'),
	('tenantd.tenant_transitions', 'SELECT'),
	('tenantd.server_rights',      'SELECT'),
	('tenantd.rls_exempt',         'SELECT'),
	('tenantd.migrations',         'SELECT');

INSERT INTO tenantd.rls_exempt (relation, reason) VALUES
	('public.custom_auth_tenant', 'the shared registry: other applications write it without a context; grants protect it'),
	('public.tenants', 'the registry''s own half, looked up before a tenant is known; grants protect it, applications read tenantd.my_tenant'),
	('public.users', 'sign-in happens before a tenant is known, and operators update it by hand; grants protect it'),
	('tenantd.names', 'names are resolved before a tenant is known; grants protect it');
