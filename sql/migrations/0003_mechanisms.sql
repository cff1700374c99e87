-- What every change leaves behind: events, jobs, audit, and the answers to repeated requests.

-- Written without a number by the change itself; one sequencer then assigns seq without gaps.
CREATE TABLE tenantd.events (
	id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	seq        BIGINT CONSTRAINT events_seq_key UNIQUE,
	tenant_id  TEXT, -- NULL: about no tenant
	kind       TEXT NOT NULL,
	version    INT NOT NULL DEFAULT 1, -- of the payload's form
	actor      TEXT,
	request_id TEXT,
	payload    JSONB NOT NULL DEFAULT '{}',
	created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX events_unsequenced_idx ON tenantd.events (id) WHERE seq IS NULL;
CREATE INDEX events_tenant_id_idx ON tenantd.events (tenant_id, seq);

CREATE TABLE tenantd.jobs (
	id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind        TEXT NOT NULL,
	tenant_id   TEXT, -- jobs of one tenant run in order of id; NULL: in any
	payload     JSONB NOT NULL DEFAULT '{}',
	state       TEXT NOT NULL DEFAULT 'queued'
		CONSTRAINT jobs_state_known CHECK (state IN ('queued', 'running', 'done', 'dead')),
	attempts    INT NOT NULL DEFAULT 0,
	run_at      TIMESTAMPTZ NOT NULL DEFAULT now(), -- not before
	lease_until TIMESTAMPTZ,
	leased_by   TEXT,
	last_error  TEXT,
	created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
	CONSTRAINT jobs_running_leased CHECK (state <> 'running' OR lease_until IS NOT NULL)
);
CREATE INDEX jobs_queued_idx ON tenantd.jobs (run_at) WHERE state = 'queued';
CREATE INDEX jobs_running_idx ON tenantd.jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_open_by_tenant_idx ON tenantd.jobs (tenant_id, id) WHERE state IN ('queued', 'running');
CREATE TRIGGER jobs_touch BEFORE UPDATE ON tenantd.jobs
	FOR EACH ROW EXECUTE FUNCTION tenantd.touch();

-- The server role may add and read, nothing else.
CREATE TABLE tenantd.audit (
	id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	seq        BIGINT CONSTRAINT audit_seq_key UNIQUE,
	event      TEXT NOT NULL,
	severity   TEXT NOT NULL
		CONSTRAINT audit_severity_known CHECK (severity IN ('low', 'medium', 'high')),
	actor      TEXT,
	tenant_id  TEXT, -- NULL: about no tenant
	request_id TEXT,
	address    TEXT, -- of the client
	details    JSONB NOT NULL DEFAULT '{}',
	created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX audit_unsequenced_idx ON tenantd.audit (id) WHERE seq IS NULL;
CREATE INDEX audit_tenant_id_idx ON tenantd.audit (tenant_id, id);

CREATE TABLE tenantd.idempotency (
	scope        TEXT PRIMARY KEY -- SHA-256 of identity, tenant, method, path and key
		CONSTRAINT idempotency_scope_digest CHECK (scope ~ '^[0-9a-f]{64}$'),
	tenant_id    TEXT,
	user_id      TEXT NOT NULL,
	request_hash TEXT NOT NULL,
	status       INT NOT NULL,
	content_type TEXT NOT NULL,
	headers      TEXT NOT NULL,
	body         TEXT NOT NULL,
	sealed       BOOLEAN NOT NULL, -- body is an envelope, since it holds a secret
	created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
	expires_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX idempotency_expires_at_idx ON tenantd.idempotency (expires_at);

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.events',      'SELECT, INSERT, UPDATE (seq)'),
	('tenantd.jobs',        'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.audit',       'SELECT, INSERT'),
	('tenantd.idempotency', 'SELECT, INSERT, UPDATE, DELETE');
