-- The slug of tenant $1, if $2 is one that it had, and has no more.
-- params: 2
-- rows: one
SELECT t.slug
  FROM public.tenants t
  JOIN tenantd.names n ON n.tenant_id = t.id AND n.name = lower($2::text) AND n.kind = 'past_slug'
 WHERE t.id = $1::text;
