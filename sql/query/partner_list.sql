-- Partners in the columns of partner_find, in the order of their ids: $1 the id to go on after, or ''; $2 a part of id,
-- name or address, or NULL; $3 a status, or NULL; $4 how many.
-- params: 4
-- rows: many
SELECT p.id, p.name, p.status, p.status_reason, p.contact_email, p.tenant_quota, coalesce(p.rate_read, 0),
       coalesce(p.rate_write, 0), p.version, to_char(p.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(p.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM tenantd.partners p
 WHERE p.id > $1::text
   AND ($2::text IS NULL OR position(lower($2::text) IN lower(p.id)) > 0
        OR position(lower($2::text) IN lower(p.name)) > 0
        OR position(lower($2::text) IN lower(p.contact_email)) > 0)
   AND ($3::text IS NULL OR p.status = $3::text)
 ORDER BY p.id
 LIMIT $4::int;
