-- Gives a registration of address $1 another secret beside those that it has: $2 id, $3 digest, $4 the
-- client's address, whose own registration comes first, $5 seconds that it lasts. No row: there is none.
-- params: 5
-- rows: one
INSERT INTO tenantd.registrations (id, digest, email, name, password_hash, address, failures, expires_at, invitation)
SELECT $2::text, $3::text, r.email, r.name, r.password_hash, r.address, r.failures,
       now() + make_interval(secs => $5::int), r.invitation
  FROM tenantd.registrations r
 WHERE lower(r.email) = lower($1::text)
   AND r.expires_at > now()
   AND NOT EXISTS (SELECT FROM public.users u WHERE lower(u.email) = lower($1::text))
 ORDER BY r.address = $4::text DESC, r.created_at DESC, r.id
 LIMIT 1
RETURNING email, name;
