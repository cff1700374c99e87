-- The user of the id or, if nobody has that, of the address $1, in the columns of user_by_id.
-- params: 1
-- rows: one
SELECT u.id, u.email, u.name, u.password_hash, u.tenant_id, u.is_superuser, u.is_active,
       extract(epoch FROM now() - coalesce(u.password_changed_at, u.created_at))::bigint, u.version,
       to_char(u.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(u.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM public.users u
 WHERE u.id = $1::text OR lower(u.email) = lower($1::text)
 ORDER BY u.id = $1::text DESC
 LIMIT 1;
