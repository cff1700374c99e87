-- What has more than one step: each step with its state and timing, and the ledger of what was made
-- outside of these tables, written before it is made.

CREATE TABLE tenantd.operations (
	id           TEXT PRIMARY KEY CONSTRAINT operations_id_uuid CHECK (id::uuid IS NOT NULL),
	kind         TEXT NOT NULL CONSTRAINT operations_kind_known CHECK (kind IN ('tenant.create', 'tenant.purge')),
	tenant_id    TEXT NOT NULL,
	-- running: somebody has the lease, or it ran out · waiting: to be tried again, at run_at · held: until
	-- somebody retries or cancels it
	state        TEXT NOT NULL DEFAULT 'running' CONSTRAINT operations_state_known CHECK
		(state IN ('running', 'waiting', 'held', 'rolling_back', 'succeeded', 'rolled_back')),
	on_failure   TEXT NOT NULL DEFAULT 'rollback'
		CONSTRAINT operations_on_failure_known CHECK (on_failure IN ('rollback', 'hold', 'retry')),
	request      JSONB NOT NULL -- what is to be, whole: what was not said is filled in. No secrets
		CONSTRAINT operations_request_object CHECK (jsonb_typeof(request) = 'object'),
	requested_by TEXT,
	request_id   TEXT,
	address      TEXT NOT NULL DEFAULT '', -- of the client
	attempts     INT NOT NULL DEFAULT 0,   -- failed ones since somebody last asked for it
	error        TEXT, -- why the last attempt failed, in words that operators may read
	error_step   TEXT,
	error_code   TEXT, -- the slug of what it is to a client
	undo_error   TEXT, -- why taking it back failed last
	cancelled_by TEXT,
	secrets      TEXT, -- sealed: what is shown once
	scope        TEXT CONSTRAINT operations_scope_key UNIQUE, -- of the request's Idempotency-Key
	request_hash TEXT,
	run_at       TIMESTAMPTZ,
	lease_until  TIMESTAMPTZ,
	leased_by    TEXT,
	committed_at TIMESTAMPTZ, -- from then on nothing is taken back
	ended_at     TIMESTAMPTZ,
	version      BIGINT NOT NULL DEFAULT 1,
	created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
	CONSTRAINT operations_leased CHECK ((lease_until IS NULL) = (leased_by IS NULL))
);
CREATE INDEX operations_tenant_id_idx ON tenantd.operations (tenant_id, created_at);
CREATE INDEX operations_state_idx ON tenantd.operations (state, created_at, id);
CREATE INDEX operations_open_idx ON tenantd.operations (id) WHERE ended_at IS NULL;

CREATE TABLE tenantd.operation_steps (
	operation_id TEXT NOT NULL,
	place        INT NOT NULL, -- from 1
	tenant_id    TEXT NOT NULL,
	name         TEXT NOT NULL,
	state        TEXT NOT NULL DEFAULT 'pending' CONSTRAINT operation_steps_state_known CHECK
		(state IN ('pending', 'running', 'done', 'skipped', 'failed', 'undone')),
	attempts     INT NOT NULL DEFAULT 0,
	note         TEXT, -- why it was skipped, or what it did
	error        TEXT, -- of its last attempt that failed
	started_at   TIMESTAMPTZ,
	ended_at     TIMESTAMPTZ,
	duration_us  BIGINT, -- of its last attempt
	intended     BOOLEAN NOT NULL DEFAULT false, -- what it makes outside is in the ledger
	PRIMARY KEY (operation_id, place)
);

-- The ownership ledger. What is here as intended may be there or not; what is removed is gone.
CREATE TABLE tenantd.resources (
	id           TEXT PRIMARY KEY CONSTRAINT resources_id_uuid CHECK (id::uuid IS NOT NULL), -- what it is marked with, where it can be
	tenant_id    TEXT NOT NULL,
	operation_id TEXT NOT NULL, -- that made it
	step         TEXT NOT NULL,
	kind         TEXT NOT NULL, -- of src/creation/resources.def
	place        TEXT NOT NULL DEFAULT '', -- where: the server, the bucket
	name         TEXT NOT NULL,
	state        TEXT NOT NULL DEFAULT 'intended'
		CONSTRAINT resources_state_known CHECK (state IN ('intended', 'made', 'removed')),
	details      JSONB NOT NULL DEFAULT '{}', -- no secrets
	health       TEXT NOT NULL DEFAULT 'unknown'
		CONSTRAINT resources_health_known CHECK (health IN ('unknown', 'ok', 'degraded', 'down')),
	health_reason TEXT,
	checked_at   TIMESTAMPTZ,
	created_at   TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(), -- their order
	made_at      TIMESTAMPTZ,
	removed_at   TIMESTAMPTZ
);
CREATE UNIQUE INDEX resources_name_key ON tenantd.resources (kind, place, name) WHERE state <> 'removed';
CREATE INDEX resources_operation_id_idx ON tenantd.resources (operation_id, created_at, id);
CREATE INDEX resources_tenant_id_idx ON tenantd.resources (tenant_id, created_at, id);

SELECT tenantd.protect('tenantd.operations');
SELECT tenantd.protect('tenantd.operation_steps');
SELECT tenantd.protect('tenantd.resources');

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.operations',      'SELECT, INSERT, UPDATE'),
	('tenantd.operation_steps', 'SELECT, INSERT, UPDATE'),
	('tenantd.resources',       'SELECT, INSERT, UPDATE');
