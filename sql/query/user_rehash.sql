-- The same password at today's costs: $1 user, $2 its hash so far, $3 its new one. It is no younger
-- for that: a microsecond tells users_touch() that its age was seen to.
-- params: 3
-- rows: none
UPDATE public.users
   SET password_hash = $3::text,
       password_changed_at = coalesce(password_changed_at, created_at) + interval '1 microsecond'
 WHERE id = $1::text
   AND password_hash = $2::text;
