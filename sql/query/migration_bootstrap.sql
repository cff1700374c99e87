-- params: 0
-- rows: none
DO $$
BEGIN
	IF to_regclass('tenantd.migrations') IS NULL THEN
		CREATE SCHEMA IF NOT EXISTS tenantd;
		CREATE TABLE tenantd.migrations (
			number     integer PRIMARY KEY,
			name       text NOT NULL UNIQUE,
			checksum   text NOT NULL,
			applied_at timestamptz NOT NULL DEFAULT now()
		);
	END IF;
END
$$;
