-- Where events are sent, and what became of each attempt.

CREATE TABLE tenantd.webhooks (
	id              TEXT PRIMARY KEY CONSTRAINT webhooks_id_uuid CHECK (id::uuid IS NOT NULL),
	tenant_id       TEXT, -- NULL: the platform's, which hears of every tenant
	url             TEXT NOT NULL,
	description     TEXT NOT NULL DEFAULT '',
	kinds           TEXT[] NOT NULL DEFAULT '{}', -- 'tenant.*' too; empty: all
	secrets         JSONB NOT NULL, -- the newest first: [{"sealed", "createdAt", "expiresAt"}]
	concurrency     INT NOT NULL DEFAULT 4
		CONSTRAINT webhooks_concurrency_bounded CHECK (concurrency BETWEEN 1 AND 16),
	enabled         BOOLEAN NOT NULL DEFAULT true,
	disabled_reason TEXT
		CONSTRAINT webhooks_disabled_reason_known CHECK (disabled_reason IN ('request', 'failures', 'gone')),
	disabled_at     TIMESTAMPTZ,
	failures        INT NOT NULL DEFAULT 0, -- in a row
	failing_since   TIMESTAMPTZ,
	last_attempt_at TIMESTAMPTZ, -- to the second, as the next
	last_success_at TIMESTAMPTZ,
	version         BIGINT NOT NULL DEFAULT 1, -- of what its managers say, not of how it fares
	created_by      TEXT,
	created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
	CONSTRAINT webhooks_disabled_why CHECK (enabled = (disabled_reason IS NULL)),
	CONSTRAINT webhooks_disabled_when CHECK (enabled = (disabled_at IS NULL)),
	CONSTRAINT webhooks_failing_since_when CHECK ((failures = 0) = (failing_since IS NULL))
);
CREATE INDEX webhooks_tenant_id_idx ON tenantd.webhooks (tenant_id, id);

-- One row an attempt. A webhook that is removed leaves its rows to their retention.
CREATE TABLE tenantd.deliveries (
	id               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	webhook_id       TEXT NOT NULL,
	tenant_id        TEXT, -- the webhook's, not the event's
	seq              BIGINT NOT NULL, -- of the event
	event_id         BIGINT NOT NULL,
	kind             TEXT NOT NULL,
	job_id           BIGINT NOT NULL,
	attempt          INT NOT NULL,
	started_at       TIMESTAMPTZ NOT NULL,
	url              TEXT NOT NULL,
	request_headers  JSONB NOT NULL DEFAULT '{}',
	status           INT, -- NULL: no answer
	response_headers JSONB,
	response_body    TEXT, -- its beginning
	address          TEXT, -- that was connected to
	resolve_us       BIGINT,
	connect_us       BIGINT,
	tls_us           BIGINT,
	first_byte_us    BIGINT,
	total_us         BIGINT,
	outcome          TEXT NOT NULL
		CONSTRAINT deliveries_outcome_known CHECK (outcome IN ('ok', 'failed', 'refused')),
	reason           TEXT,
	created_at       TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX deliveries_webhook_id_idx ON tenantd.deliveries (webhook_id, id);
CREATE INDEX deliveries_bad_idx ON tenantd.deliveries (webhook_id, id) WHERE outcome <> 'ok';
CREATE INDEX deliveries_started_at_idx ON tenantd.deliveries (started_at);

-- Ranges of time that are delivered again: events come in about the order of their times.
CREATE INDEX events_created_at_idx ON tenantd.events USING brin (created_at);

CREATE FUNCTION tenantd.kind_is_wanted(kind TEXT, wanted TEXT[]) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN cardinality(wanted) = 0 OR kind = ANY (wanted) OR split_part(kind, '.', 1) || '.*' = ANY (wanted);

SELECT tenantd.protect('tenantd.webhooks');
SELECT tenantd.protect('tenantd.deliveries');

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.webhooks',   'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.deliveries', 'SELECT, INSERT, DELETE');
