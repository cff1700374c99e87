-- What the operations about tenant $1 were asked to make is forgotten.
-- params: 1
-- rows: none
UPDATE tenantd.operations SET request = '{}', secrets = NULL, address = ''
 WHERE tenant_id = $1::text AND kind <> 'tenant.purge';
