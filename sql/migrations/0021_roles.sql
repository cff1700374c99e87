-- What members may do: the roles of a tenant, groups that grant one, and who is in them. A role that comes
-- with every tenant needs no row here until somebody changes it; the program says what it is: src/role/roles.def.

CREATE TABLE tenantd.roles (
	tenant_id   TEXT NOT NULL REFERENCES public.tenants (id),
	id          TEXT NOT NULL, -- its name, case-folded: what tenant_users, groups and invitations say
	name        TEXT NOT NULL,
	description TEXT NOT NULL DEFAULT '',
	scopes      TEXT[] NOT NULL
		CONSTRAINT roles_scopes_known CHECK (scopes <@ ARRAY['read', 'write', 'delete', 'admin'])
		CONSTRAINT roles_admin_stays CHECK (id <> 'admin' OR 'admin' = ANY (scopes)),
	builtin     BOOLEAN NOT NULL DEFAULT false, -- it came with the tenant, and is not removed
	version     BIGINT NOT NULL DEFAULT 1,
	created_by  TEXT,
	created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id)
);

CREATE TABLE tenantd.groups (
	id          TEXT PRIMARY KEY CONSTRAINT groups_id_uuid CHECK (id::uuid IS NOT NULL),
	tenant_id   TEXT NOT NULL REFERENCES public.tenants (id),
	name        TEXT NOT NULL,
	folded      TEXT NOT NULL, -- the name, case-folded
	description TEXT NOT NULL DEFAULT '',
	role        TEXT, -- what whoever is in it has beside their own; NULL: nothing
	version     BIGINT NOT NULL DEFAULT 1,
	created_by  TEXT,
	created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
	CONSTRAINT groups_name_key UNIQUE (tenant_id, folded)
);
CREATE INDEX groups_tenant_id_idx ON tenantd.groups (tenant_id, id);

CREATE TABLE tenantd.group_members (
	tenant_id  TEXT NOT NULL REFERENCES public.tenants (id),
	group_id   TEXT NOT NULL,
	user_id    TEXT NOT NULL,
	added_by   TEXT,
	created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
	PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_user_id_idx ON tenantd.group_members (tenant_id, user_id);

-- Whoever leaves a tenant leaves its groups, by whatever program: they would be in them when they came back.
CREATE FUNCTION tenantd.tenant_users_leave_groups() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	DELETE FROM tenantd.group_members g
	 WHERE g.tenant_id = OLD.tenant_id AND g.user_id = OLD.user_id
	   AND NOT EXISTS (SELECT FROM public.users u WHERE u.id = OLD.user_id AND u.tenant_id = OLD.tenant_id);
	RETURN NULL;
END $$;
CREATE TRIGGER tenant_users_leave_groups AFTER DELETE ON public.tenant_users
	FOR EACH ROW EXECUTE FUNCTION tenantd.tenant_users_leave_groups();

CREATE FUNCTION tenantd.users_leave_groups() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
CREATE TRIGGER users_moved_leave_groups AFTER UPDATE ON public.users
	FOR EACH ROW WHEN (OLD.tenant_id IS NOT NULL AND NEW.tenant_id IS DISTINCT FROM OLD.tenant_id)
	EXECUTE FUNCTION tenantd.users_leave_groups();
CREATE TRIGGER users_gone_leave_groups AFTER DELETE ON public.users
	FOR EACH ROW WHEN (OLD.tenant_id IS NOT NULL)
	EXECUTE FUNCTION tenantd.users_leave_groups();
REVOKE ALL ON FUNCTION tenantd.tenant_users_leave_groups(), tenantd.users_leave_groups() FROM PUBLIC;

SELECT tenantd.protect('tenantd.roles');
SELECT tenantd.protect('tenantd.groups');
SELECT tenantd.protect('tenantd.group_members');

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.roles',         'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.groups',        'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.group_members', 'SELECT, INSERT, DELETE');
