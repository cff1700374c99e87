-- The registration whose secret has digest $1, if it is still of use.
-- params: 1
-- rows: one
SELECT r.email, r.name, r.password_hash
  FROM tenantd.registrations r
 WHERE r.digest = $1::text
   AND r.expires_at > now();
