-- The slugs that tenant $1 has and had, the newest first, each with whether it is the one that it has, since when
-- it is so, and until when it is held, or NULL. An id that is the slug, too, counts as one.
-- params: 1
-- rows: many
SELECT n.name, n.name = lower(t.slug), to_char(n.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(n.held_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM tenantd.names n
  JOIN public.tenants t ON t.id = n.tenant_id
 WHERE n.tenant_id = $1::text
   AND (n.kind <> 'id' OR n.name = lower(t.slug))
   AND (n.held_until IS NULL OR n.held_until > now())
 ORDER BY n.name = lower(t.slug) DESC, n.since DESC, n.name;
