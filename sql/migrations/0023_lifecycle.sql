-- A tenant's life: suspended until a time, or of some scopes alone; deleted for good after its grace; and the
-- slugs that it had.

ALTER TABLE public.tenants
	ADD COLUMN suspended_until   TIMESTAMPTZ, -- it goes on by itself then; NULL: until somebody resumes it
	-- of an active tenant: what is suspended, while the rest goes on. Without the scope read there is no rest:
	-- then it is its status that is suspended
	ADD COLUMN suspension_scopes TEXT[]
		CONSTRAINT tenants_suspension_scopes_known CHECK
		(cardinality(suspension_scopes) > 0 AND suspension_scopes <@ ARRAY['write', 'delete', 'admin']),
	-- when it is deleted for good by itself; NULL: not by itself, such as what the registry alone deactivated
	ADD COLUMN purge_at          TIMESTAMPTZ,
	ADD CONSTRAINT tenants_suspension_scopes_active CHECK (suspension_scopes IS NULL OR status = 'active'),
	ADD CONSTRAINT tenants_suspended_until_suspended CHECK
		(suspended_until IS NULL OR status = 'suspended' OR suspension_scopes IS NOT NULL),
	ADD CONSTRAINT tenants_purge_at_deactivated CHECK (purge_at IS NULL OR status = 'deactivated');
CREATE INDEX tenants_suspended_until_idx ON public.tenants (suspended_until) WHERE suspended_until IS NOT NULL;
CREATE INDEX tenants_purge_at_idx ON public.tenants (purge_at) WHERE purge_at IS NOT NULL;
CREATE INDEX tenants_created_at_idx ON public.tenants (created_at, id);
CREATE INDEX tenants_slug_idx ON public.tenants (slug, id);

-- Whoever changes the status, what belonged to the last one goes.
CREATE FUNCTION tenantd.tenants_lifecycle() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
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
CREATE TRIGGER tenants_lifecycle BEFORE UPDATE ON public.tenants
	FOR EACH ROW EXECUTE FUNCTION tenantd.tenants_lifecycle();
ALTER TABLE public.tenants ENABLE ALWAYS TRIGGER tenants_lifecycle;

-- Whatever way somebody takes to bring it back: what is being deleted for good is not.
CREATE FUNCTION tenantd.tenants_purging() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
CREATE TRIGGER tenants_purging BEFORE UPDATE OF status ON public.tenants
	FOR EACH ROW WHEN (OLD.status = 'deactivated' AND NEW.status = 'active')
	EXECUTE FUNCTION tenantd.tenants_purging();
REVOKE ALL ON FUNCTION tenantd.tenants_purging() FROM PUBLIC;

-- What a tenant's status is to whoever looks at it: one that is suspended in part is suspended.
CREATE FUNCTION tenantd.tenant_status(t public.tenants) RETURNS TEXT
LANGUAGE sql IMMUTABLE AS
	$$ SELECT CASE WHEN t.status = 'active' AND t.suspension_scopes IS NOT NULL THEN 'suspended' ELSE t.status END $$;

-- Since when a name has been what it is.
ALTER TABLE tenantd.names ADD COLUMN since TIMESTAMPTZ NOT NULL DEFAULT now();
CREATE FUNCTION tenantd.names_since() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	NEW.since := now();
	RETURN NEW;
END $$;
CREATE TRIGGER names_since BEFORE UPDATE OF kind ON tenantd.names
	FOR EACH ROW WHEN (NEW.kind <> OLD.kind) EXECUTE FUNCTION tenantd.names_since();
ALTER TABLE tenantd.names ENABLE ALWAYS TRIGGER names_since;

REVOKE ALL ON FUNCTION tenantd.tenants_lifecycle(), tenantd.names_since() FROM PUBLIC;

-- What a tenant has of ours is removed with it.
UPDATE tenantd.server_rights SET privileges = privileges || ', DELETE'
 WHERE relation IN (
	'public.tenant_users',
	'tenantd.alert_rules',
	'tenantd.alerts',
	'tenantd.api_keys',
	'tenantd.deliveries',
	'tenantd.email_templates',
	'tenantd.group_members',
	'tenantd.groups',
	'tenantd.idempotency',
	'tenantd.idempotency_answers',
	'tenantd.idempotency_parts',
	'tenantd.identity_sync',
	'tenantd.invitations',
	'tenantd.notifications',
	'tenantd.oauth_clients',
	'tenantd.quotas',
	'tenantd.roles',
	'tenantd.security_policies',
	'tenantd.sessions',
	'tenantd.tenant_configs',
	'tenantd.tenant_keys',
	'tenantd.tenant_logins',
	'tenantd.tenant_secrets',
	'tenantd.usage',
	'tenantd.usage_daily',
	'tenantd.webhooks',
	'tenantd.jobs')
   AND privileges NOT LIKE '%DELETE%';

-- Whoever changes whether a tenant may be used, what it has outside follows: by a job, where nobody else was
-- sooner. Partial suspensions are the gate's alone.
CREATE FUNCTION tenantd.tenants_follow_access() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
CREATE TRIGGER tenants_follow_access AFTER UPDATE OF status ON public.tenants
	FOR EACH ROW WHEN ((NEW.status IN ('active', 'provisioning')) <> (OLD.status IN ('active', 'provisioning')))
	EXECUTE FUNCTION tenantd.tenants_follow_access();
ALTER TABLE public.tenants ENABLE ALWAYS TRIGGER tenants_follow_access;
REVOKE ALL ON FUNCTION tenantd.tenants_follow_access() FROM PUBLIC;
