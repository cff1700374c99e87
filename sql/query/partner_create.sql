-- $1 id, $2 name, $3 address, $4 how many tenants it may have, $5 and $6 how many requests it may make a minute, each
-- NULL or a value; $7 who makes it. No row: there is a partner of that id.
-- params: 7
-- rows: one
INSERT INTO tenantd.partners (id, name, contact_email, tenant_quota, rate_read, rate_write, created_by)
VALUES ($1::text, $2::text, $3::text, $4::bigint, $5::int, $6::int, $7::text)
ON CONFLICT (id) DO NOTHING
RETURNING id;
