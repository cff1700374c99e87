-- Answers that are made in parts, each in a transaction of its own, are kept in parts: who asks again
-- under the same Idempotency-Key is answered what was done, and the rest is done then.

CREATE TABLE tenantd.idempotency_answers (
	scope        TEXT PRIMARY KEY -- as in tenantd.idempotency
		CONSTRAINT idempotency_answers_scope_digest CHECK (scope ~ '^[0-9a-f]{64}$'),
	tenant_id    TEXT, -- NULL: about no one tenant
	user_id      TEXT NOT NULL,
	request_hash TEXT NOT NULL,
	status       INT NOT NULL,
	content_type TEXT NOT NULL,
	parts        INT NOT NULL,    -- how many there are
	place        BIGINT NOT NULL, -- items of the request that these answer
	ended        BOOLEAN NOT NULL,
	created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
	expires_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX idempotency_answers_expires_at_idx ON tenantd.idempotency_answers (expires_at);

CREATE TABLE tenantd.idempotency_parts (
	scope     TEXT NOT NULL,
	part      INT NOT NULL, -- from 1
	tenant_id TEXT,
	place     BIGINT NOT NULL,
	body      TEXT NOT NULL,
	PRIMARY KEY (scope, part)
);
ALTER TABLE tenantd.idempotency_parts ALTER COLUMN body SET STORAGE EXTERNAL; -- gone soon: not worth compressing

SELECT tenantd.protect('tenantd.idempotency_answers');
SELECT tenantd.protect('tenantd.idempotency_parts');

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.idempotency_answers', 'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.idempotency_parts',   'SELECT, INSERT, DELETE');
