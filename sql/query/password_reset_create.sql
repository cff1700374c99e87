-- Keeps digest $1 of a secret that lets whose address $2 is choose another password for $3 seconds. No row:
-- the address is nobody's who may sign in.
-- params: 3
-- rows: one
WITH who AS (
  SELECT u.id, u.email, u.name FROM public.users u WHERE lower(u.email) = lower($2::text) AND u.is_active
), kept AS (
  INSERT INTO tenantd.password_resets (digest, user_id, expires_at)
  SELECT $1::text, w.id, now() + make_interval(secs => $3::int) FROM who w
  RETURNING user_id
)
SELECT w.id, w.email, w.name FROM who w JOIN kept k ON k.user_id = w.id;
