-- The twin of a registry row that others wrote, made if it is missing: $1 its id.
-- params: 1
-- rows: one
SELECT tenantd.adopt_tenant($1::uuid);
