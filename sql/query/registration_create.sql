-- Keeps a registration of an address that is nobody's yet: $1 id, $2 digest of its secret, $3 address,
-- $4 name or NULL, $5 hash of its password, $6 the client's address, $7 seconds that it lasts, $8
-- digest of an invitation's secret or NULL. No row: the address is somebody's.
-- params: 8
-- rows: one
INSERT INTO tenantd.registrations (id, digest, email, name, password_hash, address, expires_at, invitation)
SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, now() + make_interval(secs => $7::int), $8::text
 WHERE NOT EXISTS (SELECT FROM public.users u WHERE lower(u.email) = lower($3::text))
RETURNING id;
