-- People who sign in: what there is beside their row in users. A secret that is handed out is kept
-- as the SHA-256 of it, in hexadecimal digits, and can be looked for, not read.

ALTER TABLE public.users
	ADD COLUMN name                TEXT CONSTRAINT users_name_length CHECK (char_length(name) BETWEEN 1 AND 255),
	ADD COLUMN password_changed_at TIMESTAMPTZ, -- NULL: as old as the row
	ADD COLUMN version             BIGINT NOT NULL DEFAULT 1;

CREATE FUNCTION tenantd.users_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW IS NOT DISTINCT FROM OLD THEN
		RETURN NEW;
	END IF;
	IF NEW.password_hash IS DISTINCT FROM OLD.password_hash
	   AND NEW.password_changed_at IS NOT DISTINCT FROM OLD.password_changed_at THEN
		NEW.password_changed_at := now();
	END IF;
	NEW.version := OLD.version + 1;
	NEW.updated_at := now();
	RETURN NEW;
END $$;
DROP TRIGGER users_touch ON public.users;
CREATE TRIGGER users_touch BEFORE UPDATE ON public.users
	FOR EACH ROW EXECUTE FUNCTION tenantd.users_touch();

-- Told to the platform alone: tenants hear of memberships.
CREATE FUNCTION tenantd.users_tell_platform() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	before CONSTANT TEXT := coalesce(current_setting('app.current_tenant_id', true), '');
	u CONSTANT public.users := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
	what CONSTANT TEXT := CASE TG_OP WHEN 'INSERT' THEN 'user.created' WHEN 'DELETE' THEN 'user.deleted' ELSE 'user.updated' END;
BEGIN
	IF TG_OP = 'UPDATE' AND (NEW.email, NEW.name, NEW.is_superuser, NEW.tenant_id, NEW.is_active)
	                     IS NOT DISTINCT FROM (OLD.email, OLD.name, OLD.is_superuser, OLD.tenant_id, OLD.is_active) THEN
		RETURN NULL;
	END IF;
	PERFORM set_config('app.current_tenant_id', 'unset', true);
	INSERT INTO tenantd.events (tenant_id, kind, version, actor, request_id, payload)
		VALUES (NULL, what, 1,
		        coalesce(nullif(current_setting('app.actor', true), ''), 'role:' || session_user),
		        coalesce(current_setting('app.request_id', true), ''),
		        jsonb_build_object('userId', u.id, 'email', u.email, 'name', u.name, 'tenantId', u.tenant_id,
		                           'isSuperuser', u.is_superuser, 'isActive', u.is_active));
	PERFORM set_config('app.current_tenant_id', before, true);
	RETURN NULL;
END $$;
CREATE TRIGGER users_tell_platform AFTER INSERT OR UPDATE OR DELETE ON public.users
	FOR EACH ROW EXECUTE FUNCTION tenantd.users_tell_platform();
REVOKE ALL ON FUNCTION tenantd.users_tell_platform() FROM PUBLIC;

-- The hashes of the passwords that a user had, the newest last.
CREATE TABLE tenantd.password_history (
	id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	user_id    TEXT NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
	hash       TEXT NOT NULL,
	created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX password_history_user_id_idx ON tenantd.password_history (user_id, id);

-- An address that nobody has confirmed yet. Anybody may register any address, several times over:
-- the row whose secret comes back with its password becomes a user.
CREATE TABLE tenantd.registrations (
	id            TEXT PRIMARY KEY CONSTRAINT registrations_id_uuid CHECK (id::uuid IS NOT NULL),
	digest        TEXT NOT NULL CONSTRAINT registrations_digest_key UNIQUE
		CONSTRAINT registrations_digest_hex CHECK (digest ~ '^[0-9a-f]{64}$'),
	email         TEXT NOT NULL,
	name          TEXT,
	password_hash TEXT NOT NULL,
	address       TEXT NOT NULL DEFAULT '', -- of the client
	failures      INT NOT NULL DEFAULT 0, -- wrong passwords that came with the secret
	invitation    TEXT CONSTRAINT registrations_invitation_hex CHECK (invitation ~ '^[0-9a-f]{64}$'), -- digest of the secret of one that was shown
	created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
	expires_at    TIMESTAMPTZ NOT NULL
);
CREATE INDEX registrations_email_idx ON tenantd.registrations (lower(email));
CREATE INDEX registrations_expires_at_idx ON tenantd.registrations (expires_at);

CREATE TABLE tenantd.password_resets (
	digest     TEXT PRIMARY KEY CONSTRAINT password_resets_digest_hex CHECK (digest ~ '^[0-9a-f]{64}$'),
	user_id    TEXT NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
	created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
	expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX password_resets_user_id_idx ON tenantd.password_resets (user_id);
CREATE INDEX password_resets_expires_at_idx ON tenantd.password_resets (expires_at);

-- Mails that anybody may have sent to an address by asking for them: when each was, of late.
CREATE TABLE tenantd.mail_limits (
	bucket  TEXT PRIMARY KEY, -- SHA-256 of what is counted
	sent    TIMESTAMPTZ[] NOT NULL,
	last_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX mail_limits_last_at_idx ON tenantd.mail_limits (last_at);

-- What signing in began. A session is one family of refresh tokens, of which the newest is of use.
CREATE TABLE tenantd.sessions (
	id           TEXT PRIMARY KEY CONSTRAINT sessions_id_uuid CHECK (id::uuid IS NOT NULL),
	user_id      TEXT NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
	tenant_id    TEXT, -- of which its last token speaks
	chosen       BOOLEAN NOT NULL DEFAULT false, -- the user named that tenant: the session stays in it
	scope        TEXT NOT NULL DEFAULT '', -- that was asked for; '': all
	address      TEXT NOT NULL DEFAULT '', -- of the client that began it
	agent        TEXT NOT NULL DEFAULT '',
	mfa          BOOLEAN NOT NULL DEFAULT false, -- a second factor was shown
	created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
	last_used_at TIMESTAMPTZ NOT NULL DEFAULT now(),
	expires_at   TIMESTAMPTZ NOT NULL, -- unless it is used before
	ended_at     TIMESTAMPTZ,
	ended_reason TEXT CONSTRAINT sessions_ended_reason_known CHECK
		(ended_reason IN ('logout', 'limit', 'reuse', 'password', 'factor', 'administrator', 'tenant')),
	CONSTRAINT sessions_ended_why CHECK ((ended_at IS NULL) = (ended_reason IS NULL))
);
CREATE INDEX sessions_user_id_idx ON tenantd.sessions (user_id, created_at);
CREATE INDEX sessions_expires_at_idx ON tenantd.sessions (expires_at);

CREATE TABLE tenantd.refresh_tokens (
	digest     TEXT PRIMARY KEY CONSTRAINT refresh_tokens_digest_hex CHECK (digest ~ '^[0-9a-f]{64}$'),
	session_id TEXT NOT NULL REFERENCES tenantd.sessions (id) ON DELETE CASCADE,
	created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
	used_at    TIMESTAMPTZ -- shown again after that, the session ends
);
CREATE INDEX refresh_tokens_session_id_idx ON tenantd.refresh_tokens (session_id);

-- Failed attempts to sign in: of an account from an address, of an account, from an address.
CREATE TABLE tenantd.sign_in_failures (
	bucket   TEXT PRIMARY KEY, -- SHA-256 of what is counted
	failures INT NOT NULL,
	last_at  TIMESTAMPTZ NOT NULL,
	told     BOOLEAN NOT NULL DEFAULT false -- that one was refused since, to the audit log
);
CREATE INDEX sign_in_failures_last_at_idx ON tenantd.sign_in_failures (last_at);

-- Time-based one-time passwords (RFC 6238).
CREATE TABLE tenantd.totp (
	user_id      TEXT PRIMARY KEY REFERENCES public.users (id) ON DELETE CASCADE,
	sealed       TEXT NOT NULL,
	confirmed_at TIMESTAMPTZ, -- NULL: not in force
	last_step    BIGINT NOT NULL DEFAULT 0, -- of 30 s since 1970, that a code was taken for
	recovery     TEXT[] NOT NULL DEFAULT '{}', -- digests of the codes that are left
	created_at   TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE tenantd.invitations (
	id          TEXT PRIMARY KEY CONSTRAINT invitations_id_uuid CHECK (id::uuid IS NOT NULL),
	tenant_id   TEXT NOT NULL,
	digest      TEXT NOT NULL CONSTRAINT invitations_digest_key UNIQUE
		CONSTRAINT invitations_digest_hex CHECK (digest ~ '^[0-9a-f]{64}$'),
	email       TEXT NOT NULL,
	role        TEXT NOT NULL,
	invited_by  TEXT,
	created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
	expires_at  TIMESTAMPTZ NOT NULL,
	accepted_at TIMESTAMPTZ,
	accepted_by TEXT,
	revoked_at  TIMESTAMPTZ,
	CONSTRAINT invitations_accepted_by CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)),
	CONSTRAINT invitations_one_end CHECK (accepted_at IS NULL OR revoked_at IS NULL)
);
CREATE INDEX invitations_tenant_id_idx ON tenantd.invitations (tenant_id, id);
CREATE UNIQUE INDEX invitations_open_key ON tenantd.invitations (tenant_id, lower(email))
	WHERE accepted_at IS NULL AND revoked_at IS NULL;
CREATE INDEX invitations_over_idx ON tenantd.invitations (coalesce(accepted_at, revoked_at, expires_at));

-- What a tenant's policy says beside or instead of the usual: src/policy/policy.h.
CREATE TABLE tenantd.security_policies (
	tenant_id  TEXT PRIMARY KEY,
	policy     JSONB NOT NULL CONSTRAINT security_policies_policy_object CHECK (jsonb_typeof(policy) = 'object'),
	version    BIGINT NOT NULL DEFAULT 1,
	updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_by TEXT
);

CREATE TABLE tenantd.oauth_clients (
	id           TEXT PRIMARY KEY CONSTRAINT oauth_clients_id_form CHECK (id ~ '^tdc_[0-9a-f]{32}$'),
	tenant_id    TEXT NOT NULL,
	name         TEXT NOT NULL CONSTRAINT oauth_clients_name_length CHECK (char_length(name) BETWEEN 1 AND 100),
	digest       TEXT NOT NULL -- of its secret
		CONSTRAINT oauth_clients_digest_hex CHECK (digest ~ '^[0-9a-f]{64}$'),
	previous     TEXT CONSTRAINT oauth_clients_previous_hex CHECK (previous ~ '^[0-9a-f]{64}$'),
	previous_until TIMESTAMPTZ, -- the secret before is taken until then
	scopes       TEXT[] NOT NULL CONSTRAINT oauth_clients_scopes_known
		CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['read', 'write', 'delete', 'admin']),
	created_by   TEXT,
	created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
	last_used_at TIMESTAMPTZ, -- to the minute
	revoked_at   TIMESTAMPTZ,
	version      BIGINT NOT NULL DEFAULT 1,
	CONSTRAINT oauth_clients_previous_until CHECK ((previous IS NULL) = (previous_until IS NULL))
);
CREATE INDEX oauth_clients_tenant_id_idx ON tenantd.oauth_clients (tenant_id, id);

SELECT tenantd.protect('tenantd.sessions');
SELECT tenantd.protect('tenantd.invitations');
SELECT tenantd.protect('tenantd.security_policies');
SELECT tenantd.protect('tenantd.oauth_clients');

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.password_history',  'SELECT, INSERT, DELETE'),
	('tenantd.registrations',     'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.password_resets',   'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.mail_limits',       'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.sessions',          'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.refresh_tokens',    'SELECT, INSERT, UPDATE (used_at), DELETE'),
	('tenantd.sign_in_failures',  'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.totp',              'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.invitations',       'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.security_policies', 'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.oauth_clients',     'SELECT, INSERT, UPDATE');
