-- The tenant of partner $1 with address $2, in any case of letters, if it is of the statuses $3, with the
-- partner's id $4 unless that is NULL, and was made at $5 or later and before $6, in microseconds since 1970. It
-- may be restored for $7 days. The last column is for what lists have there.
-- (+ interval '0': one is found by its own index, not beside all that were made in that time)
-- params: 7
-- rows: many
SELECT t.id, t.company_name, t.contact_email, t.phone_number, t.industry, t.external_id, t.extra, t.slug,
       t.status, t.status_reason, to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       CASE WHEN t.status = 'deactivated' AND t.partner_deactivated_at = t.deactivated_at
            THEN to_char(t.deactivated_at AT TIME ZONE 'UTC' + make_interval(days => $7::int), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END,
       ''
  FROM public.tenants t
 WHERE t.partner_id = $1::text AND t.status NOT IN ('purged', 'failed')
   AND lower(t.contact_email) COLLATE "C" = lower($2::text)
   AND t.status = ANY ($3::text[]) AND ($4::text IS NULL OR t.external_id = $4::text)
   AND t.created_at + interval '0' >= timestamptz 'epoch' + $5::bigint * interval '1 microsecond'
   AND t.created_at + interval '0' < timestamptz 'epoch' + $6::bigint * interval '1 microsecond';
