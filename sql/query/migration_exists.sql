-- params: 0
-- rows: one
SELECT to_regclass('tenantd.migrations') IS NOT NULL;
