-- Tenants of partner $1 in the opposite of the order of the first letters of their names, in lower case, of the
-- statuses $2: before that with the letters $3, NULL: from the end, and the id $4; with a name that begins with $5
-- in any case; $6 how many. The last column is what the next page begins after. It may be restored for $7 days. A
-- range of the index for each status, merged.
-- params: 7
-- rows: many
SELECT t.id, t.company_name, t.contact_email, t.phone_number, t.industry, t.external_id, t.extra, t.slug,
       t.status, t.status_reason, to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       CASE WHEN t.status = 'deactivated' AND t.partner_deactivated_at = t.deactivated_at
            THEN to_char(t.deactivated_at AT TIME ZONE 'UTC' + make_interval(days => $7::int), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END,
       t.letters
  FROM unnest($2::text[]) AS s (status)
 CROSS JOIN LATERAL (
   SELECT n.*, left(lower(n.company_name), 100) COLLATE "C" AS letters
     FROM public.tenants n
    WHERE n.partner_id = $1::text AND n.status = s.status
      AND (left(lower(n.company_name), 100) COLLATE "C", n.id) < (coalesce($3::text, repeat(chr(1114111), 101)), $4::text)
      AND left(lower(n.company_name), 100) COLLATE "C" >= lower($5::text)
      AND left(lower(n.company_name), 100) COLLATE "C" < lower($5::text) || repeat(chr(1114111), 256)
    ORDER BY left(lower(n.company_name), 100) COLLATE "C" DESC, n.id DESC
    LIMIT $6::int) AS t
 ORDER BY t.letters DESC, t.id DESC
 LIMIT $6::int;
