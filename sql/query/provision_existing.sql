-- A tenant of partner $1, other than $4, that has address $2 in any case of letters, else one that has its id $3;
-- whether it is the address. It may be restored for $5 days.
-- params: 5
-- rows: one
SELECT t.id, t.company_name, t.contact_email, t.phone_number, t.industry, t.external_id, t.extra, t.slug,
       t.status, t.status_reason, to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       CASE WHEN t.status = 'deactivated' AND t.partner_deactivated_at = t.deactivated_at
            THEN to_char(t.deactivated_at AT TIME ZONE 'UTC' + make_interval(days => $5::int), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END,
       lower(t.contact_email) = lower($2::text)
  FROM public.tenants t
 WHERE t.id = coalesce(
         (SELECT a.id FROM public.tenants a
           WHERE a.partner_id = $1::text AND a.status NOT IN ('purged', 'failed') AND a.id <> $4::text
             AND lower(a.contact_email) COLLATE "C" = lower($2::text) COLLATE "C"),
         (SELECT a.id FROM public.tenants a
           WHERE a.partner_id = $1::text AND a.status NOT IN ('purged', 'failed') AND a.id <> $4::text
             AND a.external_id COLLATE "C" = $3::text COLLATE "C"));
