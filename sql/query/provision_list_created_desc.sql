-- Tenants of partner $1 in the opposite of the order in which they were made, of the statuses $2: after that made
-- at $3, in microseconds since 1970, with the id $4; made at $5 or later and before $6; $7 how many. The last
-- column is what the next page begins after. It may be restored for $8 days. A range of the index for each status,
-- merged.
-- params: 8
-- rows: many
SELECT t.id, t.company_name, t.contact_email, t.phone_number, t.industry, t.external_id, t.extra, t.slug,
       t.status, t.status_reason, to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       CASE WHEN t.status = 'deactivated' AND t.partner_deactivated_at = t.deactivated_at
            THEN to_char(t.deactivated_at AT TIME ZONE 'UTC' + make_interval(days => $8::int), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END,
       (extract(epoch FROM t.created_at) * 1000000)::bigint::text
  FROM unnest($2::text[]) AS s (status)
 CROSS JOIN LATERAL (
   SELECT n.*
     FROM public.tenants n
    WHERE n.partner_id = $1::text AND n.status = s.status
      AND (n.created_at, n.id) < (timestamptz 'epoch' + $3::bigint * interval '1 microsecond', $4::text)
      AND n.created_at >= timestamptz 'epoch' + $5::bigint * interval '1 microsecond'
      AND n.created_at < timestamptz 'epoch' + $6::bigint * interval '1 microsecond'
    ORDER BY n.created_at DESC, n.id DESC
    LIMIT $7::int) AS t
 ORDER BY t.created_at DESC, t.id DESC
 LIMIT $7::int;
