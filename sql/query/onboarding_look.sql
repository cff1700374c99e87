-- All that decides an onboarding, in one row: $1 user, $2 the tenant id that was asked
-- for, or NULL, $3 the ids that would be the user's own, in order.
--   standing    of $2: member, owner (without membership), taken, free; NULL without $2
--   asked_id    of the tenant that $2 names
--   has_tenant  the user is a member of some tenant, or was assigned to one
--   owned       a tenant that says the user owns it: $2 if it is one, else an active one, else
--               the oldest; its registry id, its twin's id (NULL when the twin is missing), whether it is active
--   own_id      the first of $3 that nobody has
--   new_id      what a new tenant's id would be: $2 when it is free, else own_id; new_slug made
--               from it, longer if the short one is taken
--   barred      the user was deactivated here
-- An id is taken when a tenant or a registry row has it. MATERIALIZED: else each mention of a
-- part is planned and run again.
-- params: 3
-- rows: one
WITH mine AS MATERIALIZED (
  SELECT t.id
    FROM (SELECT m.tenant_id FROM public.tenant_users m WHERE m.user_id = $1::text
           UNION ALL
          SELECT u.tenant_id FROM public.users u WHERE u.id = $1::text AND u.is_active) AS of
    JOIN public.tenants t ON t.id = of.tenant_id AND t.status <> 'purged'
), asked AS MATERIALIZED (
  SELECT t.id, t.id IN (SELECT id FROM mine) AS is_member
    FROM public.tenants t
   WHERE t.tenant = $2::uuid
), owned AS MATERIALIZED (
  SELECT c.id AS tenant, t.id, coalesce(t.status = 'active', c.is_active) IS TRUE AS active
    FROM public.custom_auth_tenant c
    LEFT JOIN public.tenants t ON t.tenant = c.id
   WHERE c.owner_id = $1::text
     AND t.status IS DISTINCT FROM 'purged'
   ORDER BY (c.id = $2::uuid) IS TRUE DESC,
         active DESC, c.created_at NULLS LAST, c.id
   LIMIT 1
), decided AS MATERIALIZED (
  SELECT CASE
           WHEN $2::uuid IS NULL THEN NULL
           WHEN (SELECT is_member FROM asked) THEN 'member'
           WHEN (SELECT tenant FROM owned) = $2::uuid THEN 'owner'
           WHEN EXISTS (SELECT FROM asked)
             OR EXISTS (SELECT FROM public.custom_auth_tenant WHERE id = $2::uuid)
           THEN 'taken'
           ELSE 'free'
         END AS standing,
         (SELECT own.id
            FROM unnest($3::uuid[]) WITH ORDINALITY AS own (id, n)
           WHERE NOT EXISTS (SELECT FROM public.tenants t WHERE t.tenant = own.id)
             AND NOT EXISTS (SELECT FROM public.custom_auth_tenant c WHERE c.id = own.id)
           ORDER BY own.n
           LIMIT 1) AS own_id
), made AS MATERIALIZED (
  SELECT standing, own_id, new_id, replace(new_id::text, '-', '') AS digits
    FROM (SELECT *, CASE standing WHEN 'free' THEN $2::uuid ELSE own_id END AS new_id
            FROM decided) AS d
)
SELECT standing, (SELECT id FROM asked), EXISTS (SELECT FROM mine) AS has_tenant,
       (SELECT tenant::text FROM owned), (SELECT id FROM owned), (SELECT active FROM owned),
       own_id::text, new_id::text,
       CASE WHEN EXISTS (SELECT FROM tenantd.names WHERE name = 'tenant-' || left(digits, 12))
            THEN 'tenant-' || digits ELSE 'tenant-' || left(digits, 12) END AS new_slug,
       EXISTS (SELECT FROM public.users WHERE id = $1::text AND NOT is_active) AS barred
  FROM made;
