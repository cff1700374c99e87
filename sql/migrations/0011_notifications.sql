-- What a tenant's managers should see of its events, and when somebody is alerted.

CREATE TABLE tenantd.notifications (
	id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	tenant_id  TEXT NOT NULL,
	seq        BIGINT NOT NULL, -- of the event
	kind       TEXT NOT NULL,
	severity   TEXT NOT NULL
		CONSTRAINT notifications_severity_known CHECK (severity IN ('info', 'warning', 'critical')),
	title      TEXT NOT NULL,
	body       JSONB NOT NULL, -- what the event says
	created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
	read_at    TIMESTAMPTZ,
	read_by    TEXT,
	CONSTRAINT notifications_read_by CHECK ((read_at IS NULL) = (read_by IS NULL))
);
CREATE INDEX notifications_tenant_id_idx ON tenantd.notifications (tenant_id, id);
CREATE INDEX notifications_unread_idx ON tenantd.notifications (tenant_id, id) WHERE read_at IS NULL;
CREATE INDEX notifications_created_at_idx ON tenantd.notifications (created_at);

CREATE TABLE tenantd.alert_rules (
	id             TEXT PRIMARY KEY CONSTRAINT alert_rules_id_uuid CHECK (id::uuid IS NOT NULL),
	tenant_id      TEXT, -- NULL: the platform's, which watches every tenant, each on its own
	name           TEXT NOT NULL,
	condition      TEXT NOT NULL
		CONSTRAINT alert_rules_condition_known CHECK (condition IN ('repeated_failures', 'tenant_suspended',
			'provisioning_failed', 'quota_threshold', 'webhook_disabled')),
	threshold      INT NOT NULL CONSTRAINT alert_rules_threshold_bounded CHECK (threshold BETWEEN 1 AND 1000),
	window_minutes INT NOT NULL CONSTRAINT alert_rules_window_bounded CHECK (window_minutes BETWEEN 1 AND 10080),
	emails         TEXT[] NOT NULL DEFAULT '{}',
	webhook        BOOLEAN NOT NULL DEFAULT true, -- whether webhooks hear of it
	enabled        BOOLEAN NOT NULL DEFAULT true,
	last_raised_at TIMESTAMPTZ,
	version        BIGINT NOT NULL DEFAULT 1, -- of what its managers say
	created_by     TEXT,
	created_at     TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_at     TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX alert_rules_tenant_id_idx ON tenantd.alert_rules (tenant_id, id);

-- When a rule was last met by whom: it is not raised again for as long as its window is.
CREATE TABLE tenantd.alerts (
	rule_id   TEXT NOT NULL,
	about     TEXT NOT NULL, -- the tenant; '': none
	tenant_id TEXT,          -- the rule's
	raised_at TIMESTAMPTZ NOT NULL DEFAULT now(),
	PRIMARY KEY (rule_id, about)
);

-- Whom a tenant's own rules may have written to: its address, and those of its members. Nobody else asked for it.
CREATE FUNCTION tenantd.may_be_mailed(about TEXT, address TEXT) RETURNS BOOLEAN LANGUAGE sql STABLE
	RETURN EXISTS (SELECT FROM public.tenants t WHERE t.id = about AND lower(t.contact_email) = lower(address))
	    OR EXISTS (SELECT FROM public.users u JOIN public.tenant_users m ON m.user_id = u.id AND m.tenant_id = about
	                WHERE lower(u.email) = lower(address) AND u.is_active);

-- What alert rules count: few among many.
CREATE INDEX events_alerting_idx ON tenantd.events (tenant_id, kind, seq)
	WHERE kind IN ('job.dead', 'webhook.disabled', 'tenant.failed', 'tenant.suspended');

SELECT tenantd.protect('tenantd.notifications');
SELECT tenantd.protect('tenantd.alert_rules');
SELECT tenantd.protect('tenantd.alerts');

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.notifications', 'SELECT, INSERT, UPDATE (read_at, read_by), DELETE'),
	('tenantd.alert_rules',   'SELECT, INSERT, UPDATE, DELETE'),
	('tenantd.alerts',        'SELECT, INSERT, UPDATE, DELETE');
