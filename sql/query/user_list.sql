-- Users in the columns of user_by_id, in the order of their addresses: $1 the address in lower case to go on after,
-- or ''; $2 a part of address or name, or NULL; $3 whether they are superusers, or NULL; $4 whether they are active,
-- or NULL; $5 the tenant they are assigned to, or NULL; $6 how many.
-- params: 6
-- rows: many
SELECT u.id, u.email, u.name, u.password_hash, u.tenant_id, u.is_superuser, u.is_active,
       extract(epoch FROM now() - coalesce(u.password_changed_at, u.created_at))::bigint, u.version,
       to_char(u.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(u.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), lower(u.email)
  FROM public.users u
 WHERE lower(u.email) > $1::text
   AND ($2::text IS NULL OR position(lower($2::text) IN lower(u.email)) > 0
        OR position(lower($2::text) IN lower(u.name)) > 0)
   AND ($3::boolean IS NULL OR u.is_superuser = $3::boolean)
   AND ($4::boolean IS NULL OR u.is_active = $4::boolean)
   AND ($5::text IS NULL OR u.tenant_id = $5::text)
 ORDER BY lower(u.email)
 LIMIT $6::int;
