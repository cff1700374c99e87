-- A tenant of partner $2, and its row in the shared registry: $1 id, $3 name, $4 address, $5 telephone or NULL, $6
-- industry or NULL, $7 the partner's id of it or NULL, $8 the rest, a JSON object. No row: the
-- partner has one with that address or that id.
-- params: 8
-- rows: one
WITH twin AS (
  INSERT INTO public.tenants
         (id, tenant, slug, partner_id, company_name, contact_email, phone_number, industry, external_id, extra)
  VALUES ($1::uuid::text, $1::uuid, 'tenant-' || replace($1::uuid::text, '-', ''), $2::text, $3::text, $4::text, $5::text,
          $6::text, $7::text, $8::text)
      ON CONFLICT DO NOTHING
  RETURNING *
), registered AS (
  INSERT INTO public.custom_auth_tenant
         (id, name, owner_id, schema_name, created_at, updated_at, rls_enabled, rls_setup_date, is_active)
  SELECT t.tenant, left(t.company_name, 255), NULL, 'tenant_' || replace(t.id, '-', '_'), now(), now(), true, now(), true FROM twin t
)
SELECT t.id, t.company_name, t.contact_email, t.phone_number, t.industry, t.external_id, t.extra, t.slug,
       t.status, t.status_reason, to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       CASE WHEN t.status = 'deactivated' AND t.partner_deactivated_at = t.deactivated_at
            THEN to_char(t.deactivated_at AT TIME ZONE 'UTC' + make_interval(days => 0), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END
  FROM twin t;
