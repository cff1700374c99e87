-- A tenant, its row in the shared registry and its owner's membership: $1 id, $2 name, $3 owner,
-- $4 schema name, $5 slug, $6 plan, $7 billing cycle.
-- params: 7
-- rows: none
WITH twin AS (
  INSERT INTO public.tenants (id, tenant, slug, plan, billing_cycle)
  VALUES ($1::uuid::text, $1::uuid, $5::text, $6::text, $7::text)
), registered AS (
  INSERT INTO public.custom_auth_tenant
         (id, name, owner_id, schema_name, created_at, updated_at,
          rls_enabled, rls_setup_date, is_active)
  VALUES ($1::uuid, $2::text, $3::text, $4::text, now(), now(), true, now(), true)
)
INSERT INTO public.tenant_users (tenant_id, user_id, role)
VALUES ($1::uuid::text, $3::text, 'owner');
