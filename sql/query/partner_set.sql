-- $1 partner, $2 name, $3 address, $4 how many tenants it may have, $5 and $6 how many requests it may make a minute,
-- $7 status, $8 why that is so.
-- params: 8
-- rows: none
UPDATE tenantd.partners
   SET name = $2::text, contact_email = $3::text, tenant_quota = $4::bigint, rate_read = $5::int,
       rate_write = $6::int, status = $7::text, status_reason = $8::text,
       version = version + 1, updated_at = now()
 WHERE id = $1::text;
