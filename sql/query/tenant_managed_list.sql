-- Tenants in the columns of tenant_managed_show, in the order of ids: $1 the id to go on after, or ''; $2 a part
-- of id, slug or name, or NULL; $3 a status, or NULL; $4 the name of the secret; $5 how many.
-- params: 5
-- rows: many
SELECT t.id, t.tenant::text, coalesce(c.name, t.slug), t.slug, t.status, t.status_reason, t.plan, t.system_prompt,
       t.pinecone_environment, s.hint, c.owner_id, c.id IS NOT NULL, t.version,
       to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(greatest(t.updated_at, c.updated_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       array_to_string(t.suspension_scopes, ' '),
       to_char(t.suspended_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM public.tenants t
  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant
  LEFT JOIN tenantd.tenant_secrets s ON s.tenant_id = t.id AND s.name = $4::text
 WHERE t.id > $1::text
   AND ($2::text IS NULL OR position(lower($2::text) IN lower(t.id)) > 0 OR position(lower($2::text) IN lower(t.slug)) > 0
        OR position(lower($2::text) IN lower(c.name)) > 0)
   AND ($3::text IS NULL OR t.status = $3::text)
 ORDER BY t.id
 LIMIT $5::int;
