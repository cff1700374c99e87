-- Of a user who is held, so that the times of two are in the order of their beginnings: $1 id,
-- $2 user, $3 tenant or NULL, $4 scope, $5 address, $6 agent, $7 a second factor was shown,
-- $8 seconds until it expires, $9 they named the tenant.
-- params: 9
-- rows: none
INSERT INTO tenantd.sessions (id, user_id, tenant_id, scope, address, agent, mfa, created_at, last_used_at, expires_at,
                              chosen)
SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::boolean, t, t, t + make_interval(secs => $8::int),
       $9::boolean
  FROM (SELECT clock_timestamp() AS t OFFSET 0) c;
