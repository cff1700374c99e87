-- A group that tenant $2 begins with, unless it has one of the name: $1 its id, $3 name, $4 the same case-folded, $5 what
-- it is for, $6 the role that it grants.
-- params: 6
-- rows: none
INSERT INTO tenantd.groups (id, tenant_id, name, folded, description, role)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text)
    ON CONFLICT (tenant_id, folded) DO NOTHING;
