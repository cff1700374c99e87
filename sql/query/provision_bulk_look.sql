-- Which of the drafts with the addresses $2 and the ids $3, NULL for none, partner $1 has tenants of: the place among them
-- from 1, the tenant, whether it has the address, and its status.
-- params: 3
-- rows: many
WITH draft AS MATERIALIZED (
  SELECT * FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS d (email, external_id, place)
)
SELECT d.place, coalesce(a.id, e.id), a.id IS NOT NULL, coalesce(a.status, e.status)
  FROM draft d
  LEFT JOIN LATERAL (
    SELECT t.id, t.status FROM public.tenants t
     WHERE t.partner_id = $1::text AND t.status NOT IN ('purged', 'failed')
       AND lower(t.contact_email) COLLATE "C" = lower(d.email) COLLATE "C"
     LIMIT 1) AS a ON true
  LEFT JOIN LATERAL (
    SELECT t.id, t.status FROM public.tenants t
     WHERE a.id IS NULL AND d.external_id IS NOT NULL
       AND t.partner_id = $1::text AND t.status NOT IN ('purged', 'failed')
       AND t.external_id COLLATE "C" = d.external_id COLLATE "C"
     LIMIT 1) AS e ON true
 WHERE a.id IS NOT NULL OR e.id IS NOT NULL
 ORDER BY d.place;
