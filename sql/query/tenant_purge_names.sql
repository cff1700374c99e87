-- The slugs that tenant $1 had are held for $2 days more.
-- params: 2
-- rows: none
UPDATE tenantd.names SET held_until = now() + make_interval(days => $2::int)
 WHERE tenant_id = $1::text AND kind = 'past_slug';
