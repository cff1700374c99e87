-- Begins the usage of tenant $1, with what there is of each level that $2 has, an object.
-- params: 2
-- rows: none
INSERT INTO tenantd.usage (tenant_id, metric, value)
SELECT $1::text, m.name, coalesce(tenantd.quota_count($1::text, m.name), 0)
  FROM jsonb_object_keys($2::jsonb) AS m (name)
    ON CONFLICT DO NOTHING;
