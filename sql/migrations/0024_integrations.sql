-- What machines of a tenant begin with may be taken back whole; how the resources of tenants fare is looked at
-- in turns and told; and all that is held of a tenant can be read, table by table.

UPDATE tenantd.server_rights SET privileges = 'SELECT, INSERT, UPDATE, DELETE'
 WHERE relation IN ('tenantd.api_keys', 'tenantd.oauth_clients');

-- -- health --

ALTER TABLE tenantd.resources
	-- When it is looked at again; whoever does that moves it on first, so that nobody else does.
	ADD COLUMN look_at TIMESTAMPTZ NOT NULL DEFAULT now();
CREATE INDEX resources_look_at_idx ON tenantd.resources (look_at) WHERE state = 'made';

-- Whoever writes what a look said: that it is another than before is told. The first look that finds all well is no news.
CREATE FUNCTION tenantd.resources_tell() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM tenantd.tell(NEW.tenant_id, 'resource.health_changed', 1, jsonb_build_object(
		'resourceId', NEW.id, 'tenantId', NEW.tenant_id, 'kind', NEW.kind, 'name', NEW.name,
		'health', NEW.health, 'was', OLD.health, 'reason', NEW.health_reason,
		'summary', concat(replace(NEW.kind, '_', ' '), ' "', NEW.name, '" is ', NEW.health,
			': ' || NEW.health_reason)));
	RETURN NULL;
END $$;
CREATE TRIGGER resources_tell AFTER UPDATE OF health ON tenantd.resources FOR EACH ROW
	WHEN (NEW.state <> 'removed' AND OLD.health <> NEW.health AND NOT (OLD.health = 'unknown' AND NEW.health = 'ok'))
	EXECUTE FUNCTION tenantd.resources_tell();

-- -- export --

-- Every table that there is: as what its rows of a tenant are exported, or why they are not.
CREATE TABLE tenantd.exports (
	relation TEXT PRIMARY KEY,
	place    INT NOT NULL CONSTRAINT exports_place_key UNIQUE, -- the order in which they are told
	type     TEXT CONSTRAINT exports_type_key UNIQUE, -- as what a row is told; NULL: none is
	belongs  TEXT NOT NULL DEFAULT 't.tenant_id = $1', -- SQL: whether row t is of tenant $1
	key      TEXT[], -- its columns by which they are ordered
	left_out TEXT[] NOT NULL DEFAULT '{}', -- columns
	reason   TEXT, -- why these are left out, or the table
	CONSTRAINT exports_ordered CHECK (type IS NULL OR key IS NOT NULL),
	CONSTRAINT exports_reasoned CHECK (reason IS NOT NULL OR (type IS NOT NULL AND left_out = '{}'))
);
INSERT INTO tenantd.server_rights (relation, privileges) VALUES ('tenantd.exports', 'SELECT');

-- A page of a table's rows of a tenant, after a place in their order, NULL: from the first. Names are told in camel case,
-- times as RFC 3339. With the rights of who calls: row-level security holds beside `belongs`.
CREATE FUNCTION tenantd.export_page(tenant TEXT, which TEXT, after TEXT[], most INT)
RETURNS TABLE (place TEXT[], line TEXT)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	e tenantd.exports;
	shown TEXT;
	keys TEXT;
	later TEXT;
BEGIN
	SELECT * INTO STRICT e FROM tenantd.exports x WHERE x.relation = which AND x.type IS NOT NULL;
	SELECT string_agg(format(CASE WHEN a.atttypid = 'timestamptz'::regtype
	                              THEN 'to_char(t.%1$I AT TIME ZONE ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'') AS %2$I'
	                              ELSE 't.%1$I AS %2$I' END,
	                         a.attname, lower(left(a.attname, 1)) || substr(replace(initcap(replace(a.attname, '_', ' ')), ' ', ''), 2)),
	                  ', ' ORDER BY a.attnum)
	  INTO shown
	  FROM pg_attribute a
	 WHERE a.attrelid = which::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> ALL (e.left_out);
	SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY k.n),
	       string_agg(format('($2[%s]::%s)', k.n, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY k.n)
	  INTO keys, later
	  FROM unnest(e.key) WITH ORDINALITY AS k (name, n)
	  JOIN pg_attribute a ON a.attrelid = which::regclass AND a.attname = k.name;
	RETURN QUERY EXECUTE format(
		'SELECT ARRAY[%s]::text[], row_to_json((SELECT x FROM (SELECT %s) AS x))::text FROM %s AS t WHERE (%s)%s ORDER BY %s LIMIT $3',
		keys, shown, which::regclass, e.belongs,
		CASE WHEN after IS NOT NULL THEN format(' AND (%s) > (%s)', keys, later) END, keys)
		USING tenant, after, most;
END $$;
REVOKE ALL ON FUNCTION tenantd.resources_tell() FROM PUBLIC;

INSERT INTO tenantd.exports (place, relation, type, belongs, key, left_out, reason) VALUES
	(10,  'public.tenants', 'tenant', 't.id = $1', '{id}', '{}', NULL),
	(20,  'public.custom_auth_tenant', 'registration', 't.id = (SELECT x.tenant FROM public.tenants x WHERE x.id = $1)', '{id}', '{}', NULL),
	(30,  'tenantd.names', 'name', DEFAULT, '{name}', '{}', NULL),
	(40,  'public.users', 'user',
	      't.tenant_id = $1 OR t.id IN (SELECT m.user_id FROM public.tenant_users m WHERE m.tenant_id = $1)', '{id}',
	      '{password_hash,is_superuser,tenant_id,password_changed_at,version}',
	      'secrets of people, and what their account is beyond this tenant'),
	(50,  'public.tenant_users', 'membership', DEFAULT, '{user_id}', '{}', NULL),
	(60,  'tenantd.invitations', 'invitation', DEFAULT, '{id}', '{digest}', 'opens the tenant to whoever has it'),
	(70,  'tenantd.security_policies', 'securityPolicy', DEFAULT, '{tenant_id}', '{}', NULL),
	(80,  'tenantd.email_templates', 'emailTemplate', DEFAULT, '{name}', '{}', NULL),
	(90,  'tenantd.tenant_configs', 'configuration', DEFAULT, '{version}', '{}', NULL),
	(100, 'tenantd.tenant_secrets', 'secret', DEFAULT, '{name}', '{sealed}', 'the secret itself'),
	(110, 'tenantd.api_keys', 'apiKey', DEFAULT, '{id}', '{partner_id,digest,previous}', 'digests of secrets; no partner has one of a tenant'),
	(120, 'tenantd.oauth_clients', 'oauthClient', DEFAULT, '{id}', '{digest,previous}', 'digests of secrets'),
	(130, 'tenantd.webhooks', 'webhook', DEFAULT, '{id}', '{partner_id,secrets}', 'what signs; no partner has one of a tenant'),
	(140, 'tenantd.deliveries', 'delivery', DEFAULT, '{id}', '{request_headers}', 'signatures'),
	(150, 'tenantd.alert_rules', 'alertRule', DEFAULT, '{id}', '{}', NULL),
	(160, 'tenantd.alerts', 'alert', DEFAULT, '{rule_id,about}', '{}', NULL),
	(170, 'tenantd.notifications', 'notification', DEFAULT, '{id}', '{}', NULL),
	(180, 'tenantd.sessions', 'session', DEFAULT, '{id}', '{}', NULL),
	(190, 'tenantd.identity_sync', 'identity', DEFAULT, '{provider,user_id}', '{}', NULL),
	(200, 'tenantd.operations', 'operation', DEFAULT, '{id}', '{secrets,lease_until,leased_by,scope,request_hash}', 'what is shown once, and the mechanism''s'),
	(210, 'tenantd.operation_steps', 'operationStep', DEFAULT, '{operation_id,place}', '{}', NULL),
	(220, 'tenantd.resources', 'resource', DEFAULT, '{id}', '{look_at}', 'the mechanism''s'),
	(230, 'tenantd.events', 'event', DEFAULT, '{id}', '{partner_id}', 'is in the payload'),
	(240, 'tenantd.audit', 'auditRecord', DEFAULT, '{id}', '{entry,mac,seal}', 'proofs, which hold in the whole log alone'),
	(1000, 'tenantd.adoption_faults', NULL, DEFAULT, NULL, '{}', 'of rows that became no tenant'),
	(1010, 'tenantd.audit_checkpoints', NULL, DEFAULT, NULL, '{}', 'of the whole log'),
	(1020, 'tenantd.audit_head', NULL, DEFAULT, NULL, '{}', 'of the whole log'),
	(1030, 'tenantd.event_head', NULL, DEFAULT, NULL, '{}', 'of the whole feed'),
	(1040, 'tenantd.exports', NULL, DEFAULT, NULL, '{}', 'is this table'),
	(1050, 'tenantd.idempotency', NULL, DEFAULT, NULL, '{}', 'answers that were given already, kept for a day to be repeated'),
	(1060, 'tenantd.idempotency_answers', NULL, DEFAULT, NULL, '{}', 'likewise'),
	(1070, 'tenantd.idempotency_parts', NULL, DEFAULT, NULL, '{}', 'likewise'),
	(1080, 'tenantd.jobs', NULL, DEFAULT, NULL, '{}', 'work under way, whose payloads may hold what is to be mailed, secrets among it; what became of it is in events'),
	(1090, 'tenantd.job_lanes', NULL, DEFAULT, NULL, '{}', 'the mechanism''s'),
	(1100, 'tenantd.mail_limits', NULL, DEFAULT, NULL, '{}', 'digests of addresses, against abuse'),
	(1110, 'tenantd.migrations', NULL, DEFAULT, NULL, '{}', 'of the database'),
	(1120, 'tenantd.partners', NULL, DEFAULT, NULL, '{}', 'no tenant''s'),
	(1130, 'tenantd.password_history', NULL, DEFAULT, NULL, '{}', 'secrets of people'),
	(1140, 'tenantd.password_resets', NULL, DEFAULT, NULL, '{}', 'secrets of people'),
	(1150, 'tenantd.refresh_tokens', NULL, DEFAULT, NULL, '{}', 'digests of secrets'),
	(1160, 'tenantd.registrations', NULL, DEFAULT, NULL, '{}', 'of people who are no members yet'),
	(1170, 'tenantd.rls_exempt', NULL, DEFAULT, NULL, '{}', 'of the database'),
	(1180, 'tenantd.sealed_keys', NULL, DEFAULT, NULL, '{}', 'keys of the platform'),
	(1190, 'tenantd.server_rights', NULL, DEFAULT, NULL, '{}', 'of the database'),
	(1200, 'tenantd.sign_in_failures', NULL, DEFAULT, NULL, '{}', 'digests, against guessing'),
	(1210, 'tenantd.tenant_keys', NULL, DEFAULT, NULL, '{}', 'the key that seals the tenant''s secrets'),
	(1220, 'tenantd.tenant_transitions', NULL, DEFAULT, NULL, '{}', 'rules, of all tenants'),
	(1230, 'tenantd.totp', NULL, DEFAULT, NULL, '{}', 'secrets of people');
