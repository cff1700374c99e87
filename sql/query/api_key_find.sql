-- Whose API key has a secret with digest $1, and is in force. A partner's: the partner in the columns of partner_find;
-- a tenant's: these are NULL. The key, its scopes, with blanks between, and whether its use in this minute was not noted
-- yet. A tenant's: the tenant, its status, and whether it is the one that is named: $2 its id, its slug, or a slug it
-- had; NULL: none is; and what its security policy says instead of the usual.
-- params: 2
-- rows: one
SELECT p.id, p.name, p.status, p.status_reason, p.contact_email, p.tenant_quota, coalesce(p.rate_read, 0),
       coalesce(p.rate_write, 0), p.version, to_char(p.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(p.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       k.id, array_to_string(k.scopes, ' '), coalesce(k.last_used_at < date_trunc('minute', now()), true),
       t.id, t.status,
       EXISTS (SELECT FROM tenantd.names n
                WHERE n.name = lower($2::text) AND n.tenant_id = t.id AND (n.held_until IS NULL OR n.held_until > now())),
       (SELECT s.policy::text FROM tenantd.security_policies s WHERE s.tenant_id = t.id)
  FROM tenantd.api_keys k
  LEFT JOIN tenantd.partners p ON p.id = k.partner_id
  LEFT JOIN public.tenants t ON t.id = k.tenant_id AND t.status <> 'purged'
 WHERE (k.digest = $1::text OR (k.previous = $1::text AND k.previous_until > now()))
   AND k.revoked_at IS NULL
   AND (k.expires_at IS NULL OR k.expires_at > now())
   AND (p.id IS NOT NULL OR t.id IS NOT NULL);
