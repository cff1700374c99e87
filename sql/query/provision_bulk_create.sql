-- Many tenants of partner $1 at once, with their rows in the shared registry, the events that tell of them, and their rows
-- in the audit log: those of the drafts that meet no tenant of the partner, and of these the first $2. A draft is an
-- element of each of the arrays: $3 id, $4 name, $5 address, $6 telephone, $7 industry, $8 the partner's id of it, $9 the rest,
-- $10 audit entry, $11 its details, $12 its MAC; $13 to $18: its event, severity, actor, request, address, time. What is met:
-- as provision_bulk_look.sql has it. Then a row with how many were made, the time, and NULLs.
-- What the events say is what tenantd.tenant_state() would.
-- params: 18
-- rows: many
WITH draft AS MATERIALIZED (
  SELECT *
    FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::uuid[], $11::text[],
                $12::text[]) WITH ORDINALITY
      AS d (id, company_name, email, phone_number, industry, external_id, extra, entry, details, mac, place)
), met AS MATERIALIZED (
  SELECT d.place, coalesce(a.id, e.id) AS tenant, a.id IS NOT NULL AS by_address, coalesce(a.status, e.status) AS status
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
), free AS MATERIALIZED (
  SELECT d.*
    FROM draft d
   WHERE NOT EXISTS (SELECT FROM met m WHERE m.place = d.place)
   ORDER BY d.place
   LIMIT $2::bigint
), twin AS (
  INSERT INTO public.tenants
         (id, tenant, slug, partner_id, company_name, contact_email, phone_number, industry, external_id, extra)
  SELECT f.id::text, f.id, 'tenant-' || replace(f.id::text, '-', ''), $1::text, f.company_name, f.email, f.phone_number,
         f.industry, f.external_id, f.extra
    FROM free f
  RETURNING *
), registered AS (
  INSERT INTO public.custom_auth_tenant
         (id, name, owner_id, schema_name, created_at, updated_at, rls_enabled, rls_setup_date, is_active)
  SELECT f.id, left(f.company_name, 255), NULL, 'tenant_' || replace(f.id::text, '-', '_'), now(), now(), true, now(), true
    FROM free f
), told AS (
  INSERT INTO tenantd.events (tenant_id, kind, version, actor, request_id, payload)
  SELECT t.id, 'tenant.created', 2, $15::text, $16::text,
         jsonb_build_object(
           'tenantId', t.id, 'tenant', t.tenant, 'name', left(t.company_name, 255), 'slug', t.slug, 'status', t.status,
           'statusReason', t.status_reason, 'planId', t.plan, 'billingCycle', t.billing_cycle,
           'isolation', t.isolation, 'onboardingStatus', t.onboarding_status, 'features', t.features,
           'ownerId', NULL, 'partnerId', t.partner_id, 'externalId', t.external_id, 'version', t.version,
           'createdAt', n.text, 'updatedAt', n.text, 'deactivatedAt', NULL)
    FROM twin t, (SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS text OFFSET 0) AS n
), written AS (
  INSERT INTO tenantd.audit
         (entry, event, severity, actor, tenant_id, request_id, address, created_at, details, mac)
  SELECT f.entry, $13::text, $14::text, $15::text, f.id::text, $16::text, $17::text, $18::timestamptz, f.details::json, f.mac
    FROM free f
  RETURNING 1
)
SELECT m.place, m.tenant, m.by_address, m.status FROM met m
UNION ALL
SELECT count(*), to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), NULL, NULL FROM written
HAVING 1 / (count(*) = (SELECT count(*) FROM free))::int = 1;
