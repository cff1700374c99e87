-- A role that comes with tenant $1, written down as it is: $2 its id, $3 its name, $4 what it is for, $5 its scopes as
-- words.
-- params: 5
-- rows: none
INSERT INTO tenantd.roles (tenant_id, id, name, description, scopes, builtin)
VALUES ($1::text, $2::text, $3::text, $4::text, string_to_array($5::text, ' '), true)
    ON CONFLICT (tenant_id, id) DO NOTHING;
