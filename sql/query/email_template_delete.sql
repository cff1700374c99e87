-- $1 tenant, $2 mail, $3 the version that goes: no row if it is another by now.
-- params: 3
-- rows: many
DELETE FROM tenantd.email_templates
 WHERE tenant_id = $1::text AND name = $2::text AND version = $3::bigint
RETURNING version;
