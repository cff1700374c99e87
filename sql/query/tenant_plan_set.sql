-- The plan that a user chose while onboarding: $1 tenant, $2 plan, $3 billing cycle.
-- params: 3
-- rows: one
UPDATE public.tenants
   SET plan = $2::text, billing_cycle = $3::text
 WHERE id = $1::text
   AND onboarding_status = 'pending'
   AND (plan, billing_cycle) IS DISTINCT FROM ($2::text, $3::text)
RETURNING id;
