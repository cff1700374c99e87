-- $1 tenant, and what it has become: $2 slug, $3 plan, $4 billing cycle, $5 features, an object.
-- params: 5
-- rows: none
UPDATE public.tenants
   SET slug = $2::text, plan = $3::text, billing_cycle = $4::text, features = $5::jsonb
 WHERE id = $1::text
   AND (slug, plan, billing_cycle, features) IS DISTINCT FROM ($2::text, $3::text, $4::text, $5::jsonb);
