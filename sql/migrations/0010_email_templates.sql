-- A tenant's own texts of the mails, in place of the program's.

CREATE TABLE tenantd.email_templates (
	tenant_id  TEXT NOT NULL,
	name       TEXT NOT NULL, -- of src/mail/templates.def
	subject    TEXT NOT NULL,
	text       TEXT NOT NULL,
	html       TEXT NOT NULL,
	version    BIGINT NOT NULL DEFAULT 1,
	updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
	updated_by TEXT,
	PRIMARY KEY (tenant_id, name)
);

SELECT tenantd.protect('tenantd.email_templates');

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.email_templates', 'SELECT, INSERT, UPDATE, DELETE');
