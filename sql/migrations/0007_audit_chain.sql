-- The audit log can prove itself: each row carries the program's MAC of what it says, the chain
-- numbers and seals rows in order, a signed head says which is the last, and signed checkpoints say
-- what retention took away. The keys are the program's: nobody who has the database alone can
-- make any of these.

-- Keys of the program's own, sealed under SECRET_KEY.
CREATE TABLE tenantd.sealed_keys (
	name       TEXT PRIMARY KEY, -- the associated data
	sealed     TEXT NOT NULL,
	created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- MACs are of exact texts, which JSONB does not keep.
ALTER TABLE tenantd.audit
	ALTER COLUMN details DROP DEFAULT,
	ALTER COLUMN details TYPE JSON USING details::json,
	ALTER COLUMN details SET DEFAULT '{}',
	ADD COLUMN entry UUID CONSTRAINT audit_entry_key UNIQUE, -- drawn by the program: no row stands twice
	ADD COLUMN mac   TEXT, -- NULL: not by this program
	ADD COLUMN seal  TEXT,
	ADD CONSTRAINT audit_sealed_whole CHECK ((seq IS NULL) = (seal IS NULL));

-- The last number and seal, as the program signed them.
CREATE TABLE tenantd.audit_head (
	one       BOOLEAN PRIMARY KEY DEFAULT true CONSTRAINT audit_head_one CHECK (one),
	seq       BIGINT NOT NULL,
	seal      TEXT NOT NULL,
	began_at  TIMESTAMPTZ,   -- when the key was made
	sealed_at TIMESTAMPTZ,
	mac       TEXT NOT NULL  -- '': there is no key yet
);
INSERT INTO tenantd.audit_head (seq, seal, mac) VALUES (0, '', '');

-- The rows up to seq were removed. Added by the program alone, which signs them.
CREATE TABLE tenantd.audit_checkpoints (
	seq    BIGINT PRIMARY KEY,
	seal   TEXT NOT NULL, -- of the row with that number
	latest TIMESTAMPTZ NOT NULL, -- no row up to that number was written later
	at     TIMESTAMPTZ NOT NULL,
	mac    TEXT NOT NULL
);

-- Nothing can prove a row that has no MAC. Until `tenantd migrate` has said who manages, the owner
-- sees past the policies.
ALTER TABLE tenantd.audit NO FORCE ROW LEVEL SECURITY;
DO $$
BEGIN
	IF EXISTS (SELECT FROM tenantd.audit) THEN
		RAISE EXCEPTION 'tenantd.audit has rows that nothing can prove: keep a copy of them elsewhere, and delete them';
	END IF;
END $$;
ALTER TABLE tenantd.audit FORCE ROW LEVEL SECURITY;

-- -- append-only, for whoever it is --

CREATE FUNCTION tenantd.audit_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	same RECORD;
BEGIN
	IF TG_OP = 'UPDATE' THEN
		same := NEW;
		same.seq := OLD.seq;
		same.seal := OLD.seal;
		IF NEW *= OLD OR (OLD.seq IS NULL AND OLD.seal IS NULL AND same *= OLD) THEN
			RETURN NEW;
		END IF;
	ELSIF TG_OP = 'DELETE' THEN
		IF OLD.seq <= (SELECT max(seq) FROM tenantd.audit_checkpoints)
		   AND OLD.created_at <= now() - interval '30 days' THEN
			RETURN OLD;
		END IF;
	END IF;
	RAISE EXCEPTION 'what is in the audit log stays (%)', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_guard_rows BEFORE UPDATE OR DELETE ON tenantd.audit
	FOR EACH ROW EXECUTE FUNCTION tenantd.audit_guard();
CREATE TRIGGER audit_guard_table BEFORE TRUNCATE ON tenantd.audit
	FOR EACH STATEMENT EXECUTE FUNCTION tenantd.audit_guard();
ALTER TABLE tenantd.audit ENABLE ALWAYS TRIGGER audit_guard_rows;
ALTER TABLE tenantd.audit ENABLE ALWAYS TRIGGER audit_guard_table;

CREATE FUNCTION tenantd.audit_checkpoints_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RAISE EXCEPTION 'a checkpoint of the audit log stays (%)', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_checkpoints_guard_rows BEFORE UPDATE OR DELETE ON tenantd.audit_checkpoints
	FOR EACH ROW EXECUTE FUNCTION tenantd.audit_checkpoints_guard();
CREATE TRIGGER audit_checkpoints_guard_table BEFORE TRUNCATE ON tenantd.audit_checkpoints
	FOR EACH STATEMENT EXECUTE FUNCTION tenantd.audit_checkpoints_guard();
ALTER TABLE tenantd.audit_checkpoints ENABLE ALWAYS TRIGGER audit_checkpoints_guard_rows;
ALTER TABLE tenantd.audit_checkpoints ENABLE ALWAYS TRIGGER audit_checkpoints_guard_table;

-- A checkpoint takes the rows it stands for along: the server needs no right to delete any.
CREATE FUNCTION tenantd.audit_prune() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	before CONSTANT TEXT := coalesce(current_setting('app.current_tenant_id', true), '');
BEGIN
	PERFORM set_config('app.current_tenant_id', 'unset', true);
	DELETE FROM tenantd.audit WHERE seq <= NEW.seq;
	PERFORM set_config('app.current_tenant_id', before, true);
	RETURN NULL;
END $$;
CREATE TRIGGER audit_checkpoints_prune AFTER INSERT ON tenantd.audit_checkpoints
	FOR EACH ROW EXECUTE FUNCTION tenantd.audit_prune();
ALTER TABLE tenantd.audit_checkpoints ENABLE ALWAYS TRIGGER audit_checkpoints_prune;
REVOKE ALL ON FUNCTION tenantd.audit_guard(), tenantd.audit_checkpoints_guard(), tenantd.audit_prune() FROM PUBLIC;

INSERT INTO tenantd.server_rights (relation, privileges) VALUES
	('tenantd.sealed_keys',       'SELECT, INSERT, UPDATE (sealed)'),
	('tenantd.audit_head',        'SELECT, UPDATE (seq, seal, began_at, sealed_at, mac)'),
	('tenantd.audit_checkpoints', 'SELECT, INSERT');
UPDATE tenantd.server_rights SET privileges = 'SELECT, INSERT, UPDATE (seq, seal)' WHERE relation = 'tenantd.audit';
