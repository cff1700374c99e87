-- What a first call pays for in triggers. CREATE SCHEMA makes every session plan its statements
-- anew, those in functions too: so the usual case is one statement, tried first.

-- A clash is SQLSTATE 23505 on constraint names_pkey.
CREATE OR REPLACE FUNCTION tenantd.tenants_insert_names() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	whole BOOLEAN;
BEGIN
	WITH made AS (
		INSERT INTO tenantd.names (name, tenant_id, kind)
			SELECT w.name, i.id, w.kind
			  FROM inserted i, LATERAL (VALUES (lower(i.id), 'id'), (lower(i.slug), 'slug')) AS w (name, kind)
			ON CONFLICT DO NOTHING
			RETURNING 1
	)
	SELECT (SELECT count(*) FROM made) = 2 * (SELECT count(*) FROM inserted) INTO whole;
	IF NOT whole THEN -- a past slug may be free by now, and one name may be both
		DELETE FROM tenantd.names
		 WHERE kind = 'past_slug' AND held_until <= now()
		   AND name IN (SELECT lower(id) FROM inserted UNION ALL SELECT lower(slug) FROM inserted);
		INSERT INTO tenantd.names (name, tenant_id, kind)
			SELECT w.name, i.id, w.kind
			  FROM inserted i, LATERAL (VALUES (lower(i.id), 'id'), (lower(i.slug), 'slug')) AS w (name, kind)
			 WHERE NOT EXISTS (SELECT FROM tenantd.names n WHERE n.name = w.name AND n.tenant_id = i.id);
	END IF;
	RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tenantd.adopt_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	-- made together with its row in tenants, by this program
	IF TG_OP = 'INSERT' AND EXISTS (SELECT FROM public.tenants WHERE tenant = NEW.id
	                                   AND status_reason IS DISTINCT FROM 'deleted from the registry') THEN
		RETURN NULL;
	END IF;
	IF TG_OP = 'DELETE' THEN
		PERFORM tenantd.follow_registry(OLD.id, false, false);
		RETURN NULL;
	END IF;
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
	PERFORM tenantd.record_adoption_fault(CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END, SQLERRM);
	RETURN NULL;
END $$;
