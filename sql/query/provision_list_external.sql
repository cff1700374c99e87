-- Tenants of partner $1 whose id with the partner begins with $4, in its order, after $3, of the statuses $2, and
-- that are not found by their name or their address: $5 how many, of the next $6 that are looked at. The last
-- columns are what the next page begins after, how many were looked at, and the last of them: in one row at least,
-- whose other columns are NULL then. It may be restored for $7 days.
-- params: 7
-- rows: many
WITH seen AS MATERIALIZED (
  SELECT n.*, n.external_id COLLATE "C" AS word
    FROM public.tenants n
   WHERE n.partner_id = $1::text AND n.status NOT IN ('purged', 'failed') AND n.external_id IS NOT NULL
     AND n.external_id COLLATE "C" > $3::text
     AND n.external_id COLLATE "C" >= $4::text AND n.external_id COLLATE "C" < $4::text || repeat(chr(1114111), 256)
   ORDER BY n.external_id COLLATE "C"
   LIMIT $6::int
)
SELECT t.id, t.company_name, t.contact_email, t.phone_number, t.industry, t.external_id, t.extra, t.slug,
       t.status, t.status_reason, to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(t.deactivated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       CASE WHEN t.status = 'deactivated' AND t.partner_deactivated_at = t.deactivated_at
            THEN to_char(t.deactivated_at AT TIME ZONE 'UTC' + make_interval(days => $7::int), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END,
       t.word, span.looked, span.last
  FROM (SELECT count(*) AS looked, max(s.word) AS last FROM seen s) AS span
  LEFT JOIN LATERAL (
     SELECT n.*
       FROM seen n
      WHERE n.status = ANY ($2::text[])
        AND NOT (left(lower(n.company_name), 100) COLLATE "C" >= lower($4::text)
                 AND left(lower(n.company_name), 100) COLLATE "C" < lower($4::text) || repeat(chr(1114111), 256))
        AND NOT (lower(n.contact_email) COLLATE "C" >= lower($4::text)
                 AND lower(n.contact_email) COLLATE "C" < lower($4::text) || repeat(chr(1114111), 256))
      ORDER BY n.word
      LIMIT $5::int) AS t ON true
 ORDER BY t.word;
