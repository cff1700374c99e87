-- User $1 gets the password with hash $2.
-- params: 2
-- rows: none
UPDATE public.users SET password_hash = $2::text, password_changed_at = now() WHERE id = $1::text;
