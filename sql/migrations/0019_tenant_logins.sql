-- How a tenant's applications reach its database: the login role of their own, and what their pools are
-- to be like. The address with the password is in tenant_secrets, as database_url.

CREATE TABLE tenantd.tenant_logins (
	tenant_id       TEXT PRIMARY KEY,
	server          TEXT, -- of database_servers; NULL: the control plane's own
	database        TEXT,
	schema          TEXT, -- of a tenant that has no database, but that
	role            TEXT, -- NULL: the applications use a role that is not ours
	resource_id     TEXT, -- which the role is marked with
	pool_max        INT NOT NULL CONSTRAINT tenant_logins_pool_max_range CHECK (pool_max BETWEEN 1 AND 1000),
	pool_min        INT NOT NULL CONSTRAINT tenant_logins_pool_min_range CHECK (pool_min BETWEEN 0 AND pool_max),
	pool_idle_ms    INT NOT NULL CONSTRAINT tenant_logins_pool_idle_range CHECK (pool_idle_ms BETWEEN 0 AND 86400000),
	pool_acquire_ms INT NOT NULL CONSTRAINT tenant_logins_pool_acquire_range CHECK (pool_acquire_ms BETWEEN 1 AND 86400000),
	version         BIGINT NOT NULL DEFAULT 1,
	rotated_at      TIMESTAMPTZ, -- when the password was last made anew
	end_sessions    BOOLEAN NOT NULL DEFAULT false, -- those that were open then are still to end
	created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
	CONSTRAINT tenant_logins_role_whole CHECK
		((role IS NULL) = (resource_id IS NULL) AND (role IS NULL OR database IS NOT NULL))
);

-- Where applications reach a server, if not as we do.
ALTER TABLE tenantd.database_servers
	ADD COLUMN public_host TEXT CONSTRAINT database_servers_public_host_form CHECK
		(public_host ~ '^[A-Za-z0-9._:-]{1,253}$'),
	ADD COLUMN public_port INT CONSTRAINT database_servers_public_port_range CHECK
		(public_port BETWEEN 1 AND 65535);

SELECT tenantd.protect('tenantd.tenant_logins');

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.tenant_logins', 'SELECT, INSERT, UPDATE, DELETE');
