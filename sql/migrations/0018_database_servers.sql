-- The PostgreSQL servers that tenants' databases lie on, and the databases that wait there, made
-- beforehand.

CREATE TABLE tenantd.database_servers (
	id               TEXT PRIMARY KEY CONSTRAINT database_servers_id_form CHECK
		(id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
	conninfo         TEXT NOT NULL, -- sealed: the role that makes databases there
	address          TEXT NOT NULL, -- of that, what may be seen: host:port
	role             TEXT NOT NULL,
	weight           INT NOT NULL DEFAULT 100 -- 0: only whoever asks for this one
		CONSTRAINT database_servers_weight_range CHECK (weight BETWEEN 0 AND 10000),
	databases_most   INT CONSTRAINT database_servers_databases_most_range CHECK (databases_most >= 0),
	connections_most INT -- that all tenants there may hold together
		CONSTRAINT database_servers_connections_most_range CHECK (connections_most >= 0),
	pool_size        INT -- NULL: as POOL_SIZE says
		CONSTRAINT database_servers_pool_size_range CHECK (pool_size BETWEEN 0 AND 10000),
	state            TEXT NOT NULL DEFAULT 'active' CONSTRAINT database_servers_state_known CHECK
		(state IN ('active', 'draining', 'off')),
	databases        INT NOT NULL DEFAULT 0, -- of tenants, the intended ones too: by the trigger below
	template         TEXT, -- the database that others are copied from, and what it holds
	template_stamp   TEXT,
	template_next    TEXT, -- one that is being made: what is left of it if nobody is
	health           TEXT NOT NULL DEFAULT 'unknown' CONSTRAINT database_servers_health_known CHECK
		(health IN ('unknown', 'ok', 'down')),
	health_reason    TEXT,
	checked_at       TIMESTAMPTZ,
	version          BIGINT NOT NULL DEFAULT 1,
	created_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_at       TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE tenantd.pool_databases (
	server      TEXT NOT NULL REFERENCES tenantd.database_servers (id),
	name        TEXT NOT NULL,
	stamp       TEXT NOT NULL, -- of the template that it was copied from
	-- making: it may be there or not · ready · claimed: by resource_id, whose matter it is
	state       TEXT NOT NULL DEFAULT 'making' CONSTRAINT pool_databases_state_known CHECK
		(state IN ('making', 'ready', 'claimed')),
	resource_id TEXT,
	created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
	PRIMARY KEY (server, name),
	CONSTRAINT pool_databases_claimed CHECK ((state = 'claimed') = (resource_id IS NOT NULL))
);
CREATE INDEX pool_databases_ready_idx ON tenantd.pool_databases (server, stamp, created_at) WHERE state = 'ready';
CREATE INDEX pool_databases_resource_id_idx ON tenantd.pool_databases (resource_id) WHERE resource_id IS NOT NULL;

-- How many databases a server has for tenants is counted where they are written down, so that no
-- kill can part the two.
CREATE FUNCTION tenantd.database_servers_count() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
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
CREATE TRIGGER resources_count AFTER INSERT OR UPDATE OF state OR DELETE ON tenantd.resources
	FOR EACH ROW EXECUTE FUNCTION tenantd.database_servers_count();

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.database_servers', 'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.pool_databases',   'SELECT, INSERT, UPDATE, DELETE');
