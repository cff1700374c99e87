-- Tenants in the order of their ids: $1 the id to go on after, or ''; $2 a status, or '' for all; $3 how many; $4 a
-- plan and $5 an isolation, or NULL; $6 a part of id, slug or name, or NULL.
-- params: 6
-- rows: many
SELECT t.id, t.slug, coalesce(c.name, t.slug), t.status, t.plan, t.isolation, c.owner_id, t.partner_id,
       to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM public.tenants t
  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant
 WHERE t.id > $1::text
   AND ($2::text = '' OR t.status = $2::text)
   AND ($4::text IS NULL OR t.plan = $4::text)
   AND ($5::text IS NULL OR t.isolation = $5::text)
   AND ($6::text IS NULL OR position(lower($6::text) IN lower(t.id)) > 0 OR position(lower($6::text) IN lower(t.slug)) > 0
        OR position(lower($6::text) IN lower(c.name)) > 0)
 ORDER BY t.id
 LIMIT $3::int;
