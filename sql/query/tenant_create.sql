-- A tenant, its row in the shared registry, its owner's membership, and the event that tells of it:
-- $1 id, $2 name, $3 owner, $4 schema name, $5 slug, $6 plan, $7 billing cycle, $8 the address that mails
-- go to or NULL. What the event says is
-- what tenantd.tenant_state() would.
-- params: 8
-- rows: none
WITH twin AS (
  INSERT INTO public.tenants (id, tenant, slug, plan, billing_cycle, contact_email)
  VALUES ($1::uuid::text, $1::uuid, $5::text, $6::text, $7::text, $8::text)
  RETURNING *
), registered AS (
  INSERT INTO public.custom_auth_tenant
         (id, name, owner_id, schema_name, created_at, updated_at,
          rls_enabled, rls_setup_date, is_active)
  VALUES ($1::uuid, $2::text, $3::text, $4::text, now(), now(), true, now(), true)
), told AS (
  INSERT INTO tenantd.events (tenant_id, kind, version, actor, request_id, payload)
  SELECT t.id, 'tenant.created', 2, current_setting('app.actor'), current_setting('app.request_id', true),
         jsonb_build_object(
           'tenantId', t.id, 'tenant', t.tenant, 'name', $2::text, 'slug', t.slug, 'status', t.status,
           'statusReason', t.status_reason, 'planId', t.plan, 'billingCycle', t.billing_cycle,
           'isolation', t.isolation, 'onboardingStatus', t.onboarding_status, 'features', t.features,
           'ownerId', $3::text, 'partnerId', t.partner_id, 'externalId', t.external_id, 'version', t.version,
           'createdAt', to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'updatedAt', to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'deactivatedAt', to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    FROM twin t
)
INSERT INTO public.tenant_users (tenant_id, user_id, role)
VALUES ($1::uuid::text, $3::text, 'owner');
