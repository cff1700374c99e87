-- The tenant of partner $1 that has its id $2, if it is of the statuses $3, and was made at $4 or later and before
-- $5, in microseconds since 1970. It may be restored for $6 days. The last column is for what lists have there.
-- (+ interval '0': one is found by its own index, not beside all that were made in that time)
-- params: 6
-- rows: many
SELECT t.id, t.company_name, t.contact_email, t.phone_number, t.industry, t.external_id, t.extra, t.slug,
       t.status, t.status_reason, to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       CASE WHEN t.status = 'deactivated' AND t.partner_deactivated_at = t.deactivated_at
            THEN to_char(t.deactivated_at AT TIME ZONE 'UTC' + make_interval(days => $6::int), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END,
       ''
  FROM public.tenants t
 WHERE t.partner_id = $1::text AND t.status NOT IN ('purged', 'failed') AND t.external_id IS NOT NULL
   AND t.external_id COLLATE "C" = $2::text
   AND t.status = ANY ($3::text[])
   AND t.created_at + interval '0' >= timestamptz 'epoch' + $4::bigint * interval '1 microsecond'
   AND t.created_at + interval '0' < timestamptz 'epoch' + $5::bigint * interval '1 microsecond';
