-- $1 id, $2 tenant, $3 digest of its secret, $4 address, $5 role, $6 who invites, $7 seconds that it lasts.
-- params: 7
-- rows: none
INSERT INTO tenantd.invitations (id, tenant_id, digest, email, role, invited_by, expires_at)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text, now() + make_interval(secs => $7::int));
