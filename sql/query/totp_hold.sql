-- User $1's secret, sealed, held until the transaction ends; whether it is in force, the last step taken, the
-- tenant that the user was assigned to.
-- params: 1
-- rows: one
SELECT t.sealed, t.confirmed_at IS NOT NULL, t.last_step, u.tenant_id
  FROM tenantd.totp t
  JOIN public.users u ON u.id = t.user_id
 WHERE t.user_id = $1::text
   FOR UPDATE OF t;
