-- Tenant $2, as partner $1 that provisioned it sees it; it may be restored for $3 days. The columns that lists
-- have, too.
-- params: 3
-- rows: one
SELECT t.id, t.company_name, t.contact_email, t.phone_number, t.industry, t.external_id, t.extra, t.slug,
       t.status, t.status_reason, to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       CASE WHEN t.status = 'deactivated' AND t.partner_deactivated_at = t.deactivated_at
            THEN to_char(t.deactivated_at AT TIME ZONE 'UTC' + make_interval(days => $3::int), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END
  FROM public.tenants t
 WHERE t.partner_id = $1::text AND t.id = $2::text;
