-- Adoption: a registry row that another application writes gets its row in tenants, and
-- is_active, owner_id and DELETE are followed. Nothing here may make the other's write fail.

-- No foreign key: it must be possible to write down anything.
CREATE TABLE tenantd.adoption_faults (
	id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	tenant  UUID NOT NULL,
	problem TEXT NOT NULL,
	at      TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);

-- Makes the missing row for one registry row; true when it made it.
CREATE FUNCTION tenantd.adopt_tenant(registry_id UUID) RETURNS BOOLEAN
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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

-- A tenant that was deleted while it was suspended does not come back by itself.
CREATE FUNCTION tenantd.follow_registry(registry_id UUID, present BOOLEAN, active BOOLEAN)
RETURNS VOID
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF NOT present THEN
		UPDATE public.tenants
		   SET status_reason = CASE status WHEN 'suspended' THEN 'deleted from the registry while suspended'
		                                   ELSE 'deleted from the registry' END,
		       status = 'deactivated'
		 WHERE tenant = registry_id AND status IN ('active', 'suspended');
		UPDATE public.tenants SET status = 'failed', status_reason = 'deleted from the registry'
		 WHERE tenant = registry_id AND status = 'provisioning';
	ELSIF NOT active THEN
		UPDATE public.tenants SET status = 'deactivated', status_reason = 'deactivated in the registry'
		 WHERE tenant = registry_id AND status = 'active';
	ELSE
		UPDATE public.tenants SET status = 'active', status_reason = NULL
		 WHERE tenant = registry_id AND status = 'deactivated'
		   AND status_reason IS DISTINCT FROM 'deleted from the registry while suspended';
	END IF;
END $$;

-- Whom the registry called owner is a member as such (who has another role keeps it). The context
-- of the caller's transaction is put back, by a failure too; as the function's own setting it
-- would need a superuser to make.
CREATE FUNCTION tenantd.end_ownership(registry_id UUID, former TEXT) RETURNS VOID
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	before CONSTANT TEXT := coalesce(current_setting('app.current_tenant_id', true), '');
BEGIN
	PERFORM set_config('app.current_tenant_id', 'unset', true);
	DELETE FROM public.tenant_users m USING public.tenants t
	 WHERE t.tenant = registry_id AND m.tenant_id = t.id AND m.user_id = former AND m.role = 'owner';
	PERFORM set_config('app.current_tenant_id', before, true);
END $$;

CREATE FUNCTION tenantd.record_adoption_fault(registry_id UUID, problem TEXT) RETURNS VOID
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RAISE WARNING 'tenantd could not follow registry row %: %', registry_id, problem;
	INSERT INTO tenantd.adoption_faults (tenant, problem) VALUES (registry_id, problem);
EXCEPTION WHEN OTHERS THEN
	RAISE WARNING 'tenantd could not record that either: %', SQLERRM;
END $$;

CREATE FUNCTION tenantd.adopt_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	about UUID;
BEGIN
	IF TG_OP = 'DELETE' THEN
		about := OLD.id;
		PERFORM tenantd.follow_registry(OLD.id, false, false);
		RETURN NULL;
	END IF;
	about := NEW.id;
	IF TG_OP = 'UPDATE' THEN
		IF NEW.id <> OLD.id THEN
			PERFORM tenantd.follow_registry(OLD.id, false, false);
		END IF;
		IF NEW.id = OLD.id AND (NEW.is_active IS FALSE) <> (OLD.is_active IS FALSE) THEN
			PERFORM tenantd.follow_registry(NEW.id, true, NEW.is_active IS NOT FALSE);
		END IF;
		IF NEW.id = OLD.id AND NEW.owner_id IS DISTINCT FROM OLD.owner_id THEN
			PERFORM tenantd.end_ownership(NEW.id, OLD.owner_id);
		END IF;
	ELSIF NEW.is_active IS NOT FALSE THEN
		-- written again after a DELETE
		UPDATE public.tenants SET status = 'active', status_reason = NULL
		 WHERE tenant = NEW.id AND status = 'deactivated' AND status_reason = 'deleted from the registry';
	END IF;
	PERFORM tenantd.adopt_tenant(NEW.id);
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	PERFORM tenantd.record_adoption_fault(about, SQLERRM);
	RETURN NULL;
END $$;

-- Repair: every registry row without its row gets one; how many were made. One statement for
-- the many whose names are free, then one by one with what is wrong written down.
CREATE FUNCTION tenantd.adopt_all() RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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

REVOKE ALL ON FUNCTION tenantd.adopt_tenant(UUID), tenantd.adopt_all(), tenantd.adopt_row(),
	tenantd.follow_registry(UUID, BOOLEAN, BOOLEAN), tenantd.end_ownership(UUID, TEXT),
	tenantd.record_adoption_fault(UUID, TEXT) FROM PUBLIC;

-- First the trigger: it waits for running writers and holds off new ones until commit,
-- so that no row slips between the two.
CREATE TRIGGER tenantd_adopt AFTER INSERT OR UPDATE OR DELETE ON public.custom_auth_tenant
	FOR EACH ROW EXECUTE FUNCTION tenantd.adopt_row();
ALTER TABLE public.custom_auth_tenant ENABLE ALWAYS TRIGGER tenantd_adopt;

SELECT tenantd.adopt_all();

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.adoption_faults', 'SELECT');
