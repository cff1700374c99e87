-- What administrators say of a tenant: its prompt, where its vectors lie, and the key to them.

ALTER TABLE public.tenants
	ADD COLUMN system_prompt        TEXT CONSTRAINT tenants_system_prompt_length CHECK (char_length(system_prompt) <= 32768),
	ADD COLUMN pinecone_environment TEXT CONSTRAINT tenants_pinecone_environment_label
		CHECK (pinecone_environment ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'); -- one DNS label

-- A random key for each tenant, sealed under the program's, and what it seals. Both name their
-- place in what is sealed: a row that is moved to another tenant does not open.
CREATE TABLE tenantd.tenant_keys (
	tenant_id  TEXT PRIMARY KEY,
	sealed     TEXT NOT NULL,
	created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE TABLE tenantd.tenant_secrets (
	tenant_id  TEXT NOT NULL,
	name       TEXT NOT NULL, -- such as pinecone_api_key
	sealed     TEXT NOT NULL,
	hint       TEXT NOT NULL, -- its last four characters
	updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, name)
);
CREATE INDEX users_superusers_idx ON public.users (id) WHERE is_superuser; -- few, and one must stay

-- Whoever makes a tenant or a user unusable ends what was begun with it.
CREATE INDEX sessions_tenant_id_idx ON tenantd.sessions (tenant_id) WHERE ended_at IS NULL;

CREATE FUNCTION tenantd.tenants_end_sessions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
CREATE TRIGGER tenants_end_sessions AFTER UPDATE OF status ON public.tenants
	FOR EACH ROW WHEN (NEW.status <> OLD.status AND NEW.status NOT IN ('active', 'provisioning'))
	EXECUTE FUNCTION tenantd.tenants_end_sessions();

CREATE FUNCTION tenantd.users_end_sessions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
CREATE TRIGGER users_end_sessions AFTER UPDATE OF is_active ON public.users
	FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active)
	EXECUTE FUNCTION tenantd.users_end_sessions();
REVOKE ALL ON FUNCTION tenantd.tenants_end_sessions(), tenantd.users_end_sessions() FROM PUBLIC;

SELECT tenantd.protect('tenantd.tenant_keys');
SELECT tenantd.protect('tenantd.tenant_secrets');

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.tenant_keys',    'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.tenant_secrets', 'SELECT, INSERT, UPDATE, DELETE');
