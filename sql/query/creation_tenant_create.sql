-- A tenant that is being made, and its row in the shared registry, inactive: $1 id, $2 name, $3 slug, $4 plan, $5
-- billing cycle, $6 isolation, $7 features, $8 the address that mails go to or NULL.
-- params: 8
-- rows: none
WITH twin AS (
  INSERT INTO public.tenants (id, tenant, slug, status, plan, billing_cycle, isolation, features, contact_email)
  VALUES ($1::uuid::text, $1::uuid, $3::text, 'provisioning', $4::text, $5::text, $6::text, $7::jsonb, $8::text)
)
INSERT INTO public.custom_auth_tenant
       (id, name, owner_id, schema_name, created_at, updated_at, rls_enabled, rls_setup_date, is_active)
VALUES ($1::uuid, $2::text, NULL, 'tenant_' || replace($1::uuid::text, '-', '_'), now(), now(), true, now(), false);
