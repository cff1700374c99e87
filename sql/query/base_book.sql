-- Where a tenant's database or schema writes down which migrations it has, in the order in which
-- they were applied.
-- params: 0
-- rows: none
-- idents: schema
CREATE TABLE IF NOT EXISTS :"schema".schema_migrations (
	number     INT GENERATED ALWAYS AS IDENTITY,
	name       TEXT PRIMARY KEY,
	checksum   TEXT NOT NULL,
	applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
