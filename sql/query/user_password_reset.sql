-- Another password for user $1, whose hash is $2. The one before goes to those that they had, if $3, and
-- no reset that was asked for is of use any more.
-- params: 3
-- rows: none
WITH had AS (
  INSERT INTO tenantd.password_history (user_id, hash)
  SELECT u.id, u.password_hash FROM public.users u WHERE $3::boolean AND u.id = $1::text AND u.password_hash IS NOT NULL
), asked AS (
  DELETE FROM tenantd.password_resets WHERE user_id = $1::text
)
UPDATE public.users SET password_hash = $2::text WHERE id = $1::text;
