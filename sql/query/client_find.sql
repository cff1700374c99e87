-- OAuth client $1, whosever it is, as client_show has it; then the digests of the secrets that are taken, the name
-- and the state of its tenant, and whether its use in this minute was not noted yet.
-- params: 1
-- rows: one
SELECT o.id, o.tenant_id, o.name, array_to_json(o.scopes)::text, o.created_by,
       to_char(o.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(o.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(o.last_used_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(o.revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       CASE WHEN o.previous_until > now() AND o.revoked_at IS NULL
            THEN to_char(o.previous_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END,
       o.version,
       o.digest, CASE WHEN o.previous_until > now() THEN o.previous END, coalesce(c.name, t.slug), t.status,
       coalesce(o.last_used_at < date_trunc('minute', now()), true)
  FROM tenantd.oauth_clients o
  JOIN public.tenants t ON t.id = o.tenant_id
  LEFT JOIN public.custom_auth_tenant c ON c.id = t.tenant
 WHERE o.id = $1::text;
