-- The password that user $1 has becomes one that they had.
-- params: 1
-- rows: none
INSERT INTO tenantd.password_history (user_id, hash)
SELECT u.id, u.password_hash FROM public.users u
 WHERE u.id = $1::text AND u.password_hash IS NOT NULL;
