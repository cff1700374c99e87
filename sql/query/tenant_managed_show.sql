-- A tenant as administrators see it, by its id, its slug, or a slug it had: $1; $2 the name of the secret
-- whose end is shown.
-- params: 2
-- rows: one
SELECT t.id, t.tenant::text, coalesce(c.name, t.slug), t.slug, t.status, t.status_reason, t.plan, t.system_prompt,
       t.pinecone_environment, s.hint, c.owner_id, c.id IS NOT NULL, t.version,
       to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(greatest(t.updated_at, c.updated_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       array_to_string(t.suspension_scopes, ' '),
       to_char(t.suspended_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM tenantd.names n
  JOIN public.tenants t ON t.id = n.tenant_id
  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant
  LEFT JOIN tenantd.tenant_secrets s ON s.tenant_id = t.id AND s.name = $2::text
 WHERE n.name = lower($1::text)
   AND (n.held_until IS NULL OR n.held_until > now());
