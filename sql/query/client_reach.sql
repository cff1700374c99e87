-- How OAuth client $1 stands to the tenant that somebody names: $2 its id, its slug, or a slug it had; NULL: its
-- own. The client's tenant, the state of that, whether it is the one that is named, whether the client has
-- scope $3, and all that it has. No row: it is not in force.
-- params: 3
-- rows: one
SELECT t.id, t.status,
       $2::text IS NULL OR EXISTS (SELECT FROM tenantd.names n
                                    WHERE n.name = lower($2::text) AND n.tenant_id = t.id
                                      AND (n.held_until IS NULL OR n.held_until > now())),
       $3::text = ANY (o.scopes), array_to_string(o.scopes, ' ')
  FROM tenantd.oauth_clients o
  JOIN public.tenants t ON t.id = o.tenant_id AND t.status <> 'purged'
 WHERE o.id = $1::text
   AND o.revoked_at IS NULL;
