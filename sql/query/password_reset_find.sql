-- Who may choose another password by the secret with digest $1.
-- params: 1
-- rows: one
SELECT r.user_id
  FROM tenantd.password_resets r
  JOIN public.users u ON u.id = r.user_id AND u.is_active
 WHERE r.digest = $1::text
   AND r.expires_at > now();
