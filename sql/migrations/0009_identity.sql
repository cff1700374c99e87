-- Identity providers are told to which tenant a user belongs, and whoever assigns a user to a
-- tenant tells of it.

-- What a provider was told, a row for each user. Before a call the attributes that it is about
-- become null, since nobody knows then what the provider has; the end of the job writes what it took.
CREATE TABLE tenantd.identity_sync (
	provider   TEXT NOT NULL,
	user_id    TEXT NOT NULL,
	tenant_id  TEXT, -- whose the attributes are; NULL: the user has none any more
	attributes JSONB NOT NULL DEFAULT '{}' -- by the provider's names; what is not here, it does not have
		CONSTRAINT identity_sync_attributes_object CHECK (jsonb_typeof(attributes) = 'object'),
	synced_at  TIMESTAMPTZ, -- when the provider last took what it was told
	missing_at TIMESTAMPTZ, -- since when it is known to have no such user
	PRIMARY KEY (provider, user_id)
);
CREATE INDEX identity_sync_tenant_id_idx ON tenantd.identity_sync (tenant_id);
SELECT tenantd.protect('tenantd.identity_sync');

-- Whom an operator assigns to a tenant is a member of it, unless they were one without that.
CREATE FUNCTION tenantd.users_tell() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
CREATE TRIGGER users_tell AFTER INSERT OR UPDATE OR DELETE ON public.users
	FOR EACH ROW EXECUTE FUNCTION tenantd.users_tell();
REVOKE ALL ON FUNCTION tenantd.users_tell() FROM PUBLIC;

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.identity_sync', 'SELECT, INSERT, UPDATE');
