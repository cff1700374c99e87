-- Events get their numbers from one publisher, jobs run in lanes, and whoever changes a tenant
-- tells of it: this program, another application or an operator's SQL.

-- -- the feed's head --

CREATE TABLE tenantd.event_head (
	one    BOOLEAN PRIMARY KEY DEFAULT true CONSTRAINT event_head_one CHECK (one),
	seq    BIGINT NOT NULL, -- the newest number given
	oldest BIGINT NOT NULL  -- the first that is still kept
);

-- -- jobs --

-- What runs in order: the jobs of one lane. A lane is here while it has jobs to do, and points to
-- the next of them. It is the mechanism's alone: what a job is about is in its own row.
CREATE TABLE tenantd.job_lanes (
	lane        TEXT PRIMARY KEY,
	job_id      BIGINT NOT NULL,
	run_at      TIMESTAMPTZ NOT NULL, -- not before
	attempts    INT NOT NULL DEFAULT 0, -- that were begun at this job
	pool        TEXT, -- what bounds how many lanes run at once; NULL: nothing does
	pool_most   INT CONSTRAINT job_lanes_pool_most_positive CHECK (pool_most > 0),
	owner       TEXT, -- the tenant that it runs for, which has a share of a worker; NULL: the platform
	lease_until TIMESTAMPTZ,
	leased_by   TEXT,
	CONSTRAINT job_lanes_leased CHECK ((lease_until IS NULL) = (leased_by IS NULL)),
	CONSTRAINT job_lanes_pool_bounded CHECK ((pool IS NULL) = (pool_most IS NULL))
);
CREATE INDEX job_lanes_run_at_idx ON tenantd.job_lanes (run_at) WHERE leased_by IS NULL;
CREATE INDEX job_lanes_pool_idx ON tenantd.job_lanes (pool, run_at, job_id);
CREATE INDEX job_lanes_leased_idx ON tenantd.job_lanes (leased_by) WHERE leased_by IS NOT NULL;

DROP INDEX tenantd.jobs_queued_idx, tenantd.jobs_running_idx, tenantd.jobs_open_by_tenant_idx;
ALTER TABLE tenantd.jobs
	DROP CONSTRAINT jobs_running_leased,
	DROP CONSTRAINT jobs_state_known,
	DROP COLUMN lease_until,
	DROP COLUMN leased_by,
	ADD COLUMN lane TEXT,
	ADD COLUMN pool TEXT,
	ADD COLUMN pool_most INT,
	ADD CONSTRAINT jobs_state_known CHECK (state IN ('queued', 'done', 'dead'));
UPDATE tenantd.jobs SET lane = kind || ':' || coalesce(tenant_id, '#' || id);
ALTER TABLE tenantd.jobs
	ALTER COLUMN lane SET NOT NULL,
	ALTER COLUMN lane SET DEFAULT gen_random_uuid()::text; -- one of its own
CREATE INDEX jobs_queued_idx ON tenantd.jobs (lane, id) WHERE state = 'queued';
CREATE INDEX jobs_dead_idx ON tenantd.jobs (id) WHERE state = 'dead';
CREATE INDEX jobs_done_idx ON tenantd.jobs (updated_at) WHERE state = 'done';

-- Who ends a lane's last job takes the lane away while it holds its row: DO UPDATE waits for that,
-- where DO NOTHING would take the row for one that stays.
CREATE FUNCTION tenantd.jobs_open_lanes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO tenantd.job_lanes AS l (lane, job_id, run_at, pool, pool_most, owner)
		SELECT DISTINCT ON (f.lane) f.lane, f.id, f.run_at, f.pool, f.pool_most, f.tenant_id
		  FROM fresh f
		 WHERE f.state = 'queued'
		 ORDER BY f.lane, f.id
		ON CONFLICT (lane) DO UPDATE SET lane = l.lane;
	RETURN NULL;
END $$;
CREATE TRIGGER jobs_open_lanes AFTER INSERT ON tenantd.jobs
	REFERENCING NEW TABLE AS fresh
	FOR EACH STATEMENT EXECUTE FUNCTION tenantd.jobs_open_lanes();

-- For whoever ends a job: nobody else has the lane meanwhile, and it is still theirs.
CREATE FUNCTION tenantd.job_hold(which TEXT, job BIGINT, me TEXT) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
	PERFORM FROM tenantd.job_lanes WHERE lane = which AND job_id = job AND leased_by = me FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'job % is not leased by % any more', job, me USING ERRCODE = 'TD409';
	END IF;
END $$;

-- -- tenants tell --

ALTER TABLE public.tenants ADD COLUMN contact_email TEXT; -- whom the tenant's mails go to

-- What an event says of a tenant: all that is public of it, so that a reader needs no other source.
-- tenant_create.sql says the same of a new one.
CREATE FUNCTION tenantd.tenant_state(t public.tenants) RETURNS JSONB
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN (SELECT jsonb_build_object(
		'tenantId', t.id, 'tenant', t.tenant, 'name', coalesce(c.name, t.slug), 'slug', t.slug,
		'status', t.status, 'statusReason', t.status_reason, 'planId', t.plan,
		'billingCycle', t.billing_cycle, 'isolation', t.isolation,
		'onboardingStatus', t.onboarding_status, 'features', t.features, 'ownerId', c.owner_id,
		'version', t.version,
		'createdAt', to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'updatedAt', to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'deactivatedAt', to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
	  FROM (SELECT) AS one
	  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant);
END $$;

-- An event as triggers write it. Who changed something without this program is told by role.
CREATE FUNCTION tenantd.tell(about TEXT, what TEXT, form INT, says JSONB) RETURNS VOID
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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

CREATE FUNCTION tenantd.tenants_tell() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
CREATE TRIGGER tenants_tell AFTER UPDATE ON public.tenants
	FOR EACH ROW EXECUTE FUNCTION tenantd.tenants_tell();
ALTER TABLE public.tenants ENABLE ALWAYS TRIGGER tenants_tell;
-- This program, which is known by its actor, tells of what it makes in the statement that makes it:
-- CREATE SCHEMA has every function planned anew, and a first call would pay for that.
CREATE TRIGGER tenants_tell_made AFTER INSERT ON public.tenants
	FOR EACH ROW WHEN (coalesce(current_setting('app.actor', true), '') = '')
	EXECUTE FUNCTION tenantd.tenants_tell();
ALTER TABLE public.tenants ENABLE ALWAYS TRIGGER tenants_tell_made;

-- Tells of a tenant whose own row stays: what is the registry's of it has changed. Who changes the
-- row holds it, so of two changes at once the second is told with the first's, too: the next
-- statement sees what was waited for.
CREATE FUNCTION tenantd.tell_registry(registry_id UUID, what TEXT) RETURNS VOID
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM FROM public.tenants WHERE tenant = registry_id FOR NO KEY UPDATE;
	PERFORM tenantd.tell(t.id, what, 2, tenantd.tenant_state(t))
	   FROM public.tenants t WHERE t.tenant = registry_id;
END $$;

-- Name and owner are the registry's. As with adoption: the other's write does not fail.
CREATE FUNCTION tenantd.registry_tell() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM tenantd.tell_registry(NEW.id, CASE WHEN NEW.owner_id IS DISTINCT FROM OLD.owner_id
		THEN 'tenant.owner_changed' ELSE 'tenant.renamed' END);
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM tenantd.record_adoption_fault(NEW.id, SQLERRM);
	RETURN NULL;
END $$;
CREATE TRIGGER tenantd_tell AFTER UPDATE ON public.custom_auth_tenant
	FOR EACH ROW WHEN (NEW.id = OLD.id AND (NEW.name, NEW.owner_id) IS DISTINCT FROM (OLD.name, OLD.owner_id))
	EXECUTE FUNCTION tenantd.registry_tell();
ALTER TABLE public.custom_auth_tenant ENABLE ALWAYS TRIGGER tenantd_tell;

-- The same of a row that goes or comes where the tenant's status stays.
CREATE OR REPLACE FUNCTION tenantd.follow_registry(registry_id UUID, present BOOLEAN, active BOOLEAN)
RETURNS VOID
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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

CREATE OR REPLACE FUNCTION tenantd.adopt_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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

CREATE FUNCTION tenantd.tenant_users_tell() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM tenantd.tell(OLD.tenant_id,
		CASE TG_OP WHEN 'DELETE' THEN 'membership.removed' ELSE 'membership.changed' END, 1,
		jsonb_build_object('tenantId', OLD.tenant_id, 'userId', OLD.user_id,
			'role', CASE TG_OP WHEN 'DELETE' THEN OLD.role ELSE NEW.role END));
	RETURN NULL;
END $$;
CREATE TRIGGER tenant_users_left AFTER DELETE ON public.tenant_users
	FOR EACH ROW EXECUTE FUNCTION tenantd.tenant_users_tell();
CREATE TRIGGER tenant_users_changed AFTER UPDATE ON public.tenant_users
	FOR EACH ROW WHEN (NEW.role <> OLD.role) EXECUTE FUNCTION tenantd.tenant_users_tell();

REVOKE ALL ON FUNCTION tenantd.tell(TEXT, TEXT, INT, JSONB), tenantd.tell_registry(UUID, TEXT),
	tenantd.tenants_tell(), tenantd.registry_tell(), tenantd.tenant_users_tell() FROM PUBLIC;

-- -- what is there already --

-- Jobs go on in their lanes. Events keep their order, and behind them comes each tenant as it is,
-- so that the feed alone is enough to know them all. Nobody is written to because of these. Who
-- manages is only said after the migrations: until then the owner sees past the policies.
ALTER TABLE tenantd.events NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tenantd.jobs NO FORCE ROW LEVEL SECURITY;
INSERT INTO tenantd.job_lanes (lane, job_id, run_at, owner)
	SELECT DISTINCT ON (lane) lane, id, run_at, tenant_id
	  FROM tenantd.jobs WHERE state = 'queued' ORDER BY lane, id;
INSERT INTO tenantd.events (tenant_id, kind, version, actor, request_id, payload)
	SELECT t.id, 'tenant.created', 2, 'tenantd migrate', '', tenantd.tenant_state(t)
	  FROM public.tenants t ORDER BY t.created_at, t.id;
UPDATE tenantd.events e SET seq = n.seq
  FROM (SELECT id, row_number() OVER (ORDER BY seq NULLS LAST, id) AS seq FROM tenantd.events) AS n
 WHERE n.id = e.id AND e.seq IS NULL;
INSERT INTO tenantd.event_head (seq, oldest) SELECT coalesce(max(seq), 0), 1 FROM tenantd.events;

ALTER TABLE tenantd.events FORCE ROW LEVEL SECURITY;
ALTER TABLE tenantd.jobs FORCE ROW LEVEL SECURITY;

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.event_head', 'SELECT, UPDATE'),
	('tenantd.job_lanes',  'SELECT, INSERT, UPDATE, DELETE');
UPDATE tenantd.server_rights SET privileges = 'SELECT, INSERT, UPDATE (seq), DELETE' WHERE relation = 'tenantd.events';
