-- Partners, who provision tenants for their customers: what they are allowed, the keys that their
-- machines show, and what is known of the companies behind their tenants.

CREATE TABLE tenantd.partners (
	id            TEXT PRIMARY KEY -- what a token says: partner_id, else azp or client_id, else sub
		CONSTRAINT partners_id_length CHECK (char_length(id) BETWEEN 1 AND 255)
		CONSTRAINT partners_id_printable CHECK (id !~ '[[:cntrl:]]'),
	name          TEXT NOT NULL CONSTRAINT partners_name_length CHECK (char_length(name) BETWEEN 1 AND 255),
	status        TEXT NOT NULL DEFAULT 'active'
		CONSTRAINT partners_status_known CHECK (status IN ('active', 'suspended')),
	status_reason TEXT,
	contact_email TEXT,
	tenant_quota  BIGINT CONSTRAINT partners_tenant_quota_positive CHECK (tenant_quota >= 0), -- NULL: no bound
	rate_read     INT CONSTRAINT partners_rate_read_positive CHECK (rate_read > 0),   -- a minute; NULL: the settings'
	rate_write    INT CONSTRAINT partners_rate_write_positive CHECK (rate_write > 0), -- likewise
	version       BIGINT NOT NULL DEFAULT 1,
	created_by    TEXT,
	created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_at    TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- Of a partner, or of a tenant.
CREATE TABLE tenantd.api_keys (
	id             TEXT PRIMARY KEY CONSTRAINT api_keys_id_uuid CHECK (id::uuid IS NOT NULL),
	partner_id     TEXT REFERENCES tenantd.partners (id),
	tenant_id      TEXT,
	name           TEXT NOT NULL CONSTRAINT api_keys_name_length CHECK (char_length(name) BETWEEN 1 AND 100),
	prefix         TEXT NOT NULL, -- what may be shown of the secret
	digest         TEXT NOT NULL CONSTRAINT api_keys_digest_key UNIQUE
		CONSTRAINT api_keys_digest_hex CHECK (digest ~ '^[0-9a-f]{64}$'),
	previous       TEXT CONSTRAINT api_keys_previous_hex CHECK (previous ~ '^[0-9a-f]{64}$'),
	previous_until TIMESTAMPTZ, -- the secret before is taken until then
	scopes         TEXT[] NOT NULL CONSTRAINT api_keys_scopes_some CHECK (cardinality(scopes) > 0),
	created_by     TEXT,
	created_at     TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_at     TIMESTAMPTZ NOT NULL DEFAULT now(),
	expires_at     TIMESTAMPTZ, -- NULL: never
	last_used_at   TIMESTAMPTZ, -- to the minute
	revoked_at     TIMESTAMPTZ,
	version        BIGINT NOT NULL DEFAULT 1,
	CONSTRAINT api_keys_of_one CHECK ((partner_id IS NULL) <> (tenant_id IS NULL)),
	CONSTRAINT api_keys_previous_until CHECK ((previous IS NULL) = (previous_until IS NULL))
);
CREATE UNIQUE INDEX api_keys_previous_idx ON tenantd.api_keys (previous) WHERE previous IS NOT NULL;
CREATE INDEX api_keys_partner_id_idx ON tenantd.api_keys (partner_id, id) WHERE partner_id IS NOT NULL;
CREATE INDEX api_keys_tenant_id_idx ON tenantd.api_keys (tenant_id, id) WHERE tenant_id IS NOT NULL;

-- The address is contact_email. What an operator's schema adds is in extra, a JSON object as its text:
-- JSONB would write out a number such as 1e99999. Rows of no partner have nothing of this, and are in
-- none of the indexes.
ALTER TABLE public.tenants
	ADD COLUMN partner_id   TEXT REFERENCES tenantd.partners (id),
	ADD COLUMN external_id  TEXT CONSTRAINT tenants_external_id_length CHECK (char_length(external_id) BETWEEN 1 AND 255),
	ADD COLUMN company_name TEXT,
	ADD COLUMN phone_number TEXT,
	ADD COLUMN industry     TEXT,
	ADD COLUMN extra        TEXT CONSTRAINT tenants_extra_object CHECK (json_typeof(extra::json) = 'object'),
	-- When its partner deactivated it, itself: while this is deactivated_at, the partner may restore it.
	ADD COLUMN partner_deactivated_at TIMESTAMPTZ,
	ADD CONSTRAINT tenants_partner_complete CHECK
		(partner_id IS NULL OR company_name IS NOT NULL AND contact_email IS NOT NULL AND extra IS NOT NULL);
-- One company once, also while its tenant may still be restored. COLLATE "C": what begins with a text is
-- one range of the index.
CREATE UNIQUE INDEX tenants_partner_email_key ON public.tenants (partner_id, (lower(contact_email) COLLATE "C"))
	WHERE partner_id IS NOT NULL AND status NOT IN ('purged', 'failed');
CREATE UNIQUE INDEX tenants_partner_external_id_key ON public.tenants (partner_id, external_id COLLATE "C")
	WHERE partner_id IS NOT NULL AND external_id IS NOT NULL AND status NOT IN ('purged', 'failed');
-- Lists, of one status or merged from those of each, and what a quota counts. Names may be longer than
-- an index takes.
CREATE INDEX tenants_partner_created_at_idx ON public.tenants (partner_id, status, created_at, id)
	WHERE partner_id IS NOT NULL;
CREATE INDEX tenants_partner_name_idx ON public.tenants
	(partner_id, status, (left(lower(company_name), 100) COLLATE "C"), id) WHERE partner_id IS NOT NULL;

-- A tenant's configuration: each of its versions, the newest in force.
CREATE TABLE tenantd.tenant_configs (
	tenant_id  TEXT NOT NULL,
	version    BIGINT NOT NULL CONSTRAINT tenant_configs_version_positive CHECK (version > 0),
	config     JSON NOT NULL CONSTRAINT tenant_configs_config_object CHECK (json_typeof(config) = 'object'),
	created_by TEXT,
	created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, version)
);

SELECT tenantd.protect('tenantd.api_keys');
SELECT tenantd.protect('tenantd.tenant_configs');

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.partners',       'SELECT, INSERT, UPDATE'),
	('tenantd.api_keys',       'SELECT, INSERT, UPDATE'),
	('tenantd.tenant_configs', 'SELECT, INSERT, DELETE');
