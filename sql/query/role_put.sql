-- What role $2 of tenant $1 is from now on: $3 its name, $4 what it is for, $5 its scopes as words, $6 whether it came
-- with the tenant, and has no row until it is changed.
-- params: 6
-- rows: none
INSERT INTO tenantd.roles AS r (tenant_id, id, name, description, scopes, builtin, version)
VALUES ($1::text, $2::text, $3::text, $4::text, string_to_array($5::text, ' '), $6::boolean, 2)
    ON CONFLICT (tenant_id, id) DO UPDATE
   SET description = excluded.description, scopes = excluded.scopes, version = r.version + 1, updated_at = now();
