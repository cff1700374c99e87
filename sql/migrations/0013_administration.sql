-- What administrators say of a tenant: its prompt, where its vectors lie, and the key to them.

ALTER TABLE public.tenants
	ADD COLUMN system_prompt        TEXT CONSTRAINT tenants_system_prompt_length CHECK (char_length(system_prompt) <= 32768),
	ADD COLUMN pinecone_environment TEXT CONSTRAINT tenants_pinecone_environment_label
		CHECK (pinecone_environment ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'); -- one DNS label

-- A random key for each tenant, sealed under the program's, and what it seals. Both name their
-- place in what is sealed: a row that is moved to another tenant does not open.
CREATE TABLE tenantd.tenant_keys (
	tenant_id  TEXT PRIMARY KEY,
	sealed     TEXT NOT NULL,
	created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE TABLE tenantd.tenant_secrets (
	tenant_id  TEXT NOT NULL,
	name       TEXT NOT NULL, -- such as pinecone_api_key
	sealed     TEXT NOT NULL,
	hint       TEXT NOT NULL, -- its last four characters
	updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, name)
);
SELECT tenantd.protect('tenantd.tenant_keys');
SELECT tenantd.protect('tenantd.tenant_secrets');

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.tenant_keys',    'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.tenant_secrets', 'SELECT, INSERT, UPDATE, DELETE');
