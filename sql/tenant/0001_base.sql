-- What every tenant's database or schema begins with. Names are not qualified: search_path says
-- where, so that both are made from the same files.

-- Settings of the tenant's application, by name.
CREATE TABLE settings (
	name       TEXT PRIMARY KEY CONSTRAINT settings_name_given CHECK (name <> ''),
	value      JSONB NOT NULL,
	updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
