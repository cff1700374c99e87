-- The same as partner_show, held until the transaction ends.
-- params: 2
-- rows: one
SELECT p.id, p.name, p.status, p.status_reason, p.contact_email, p.tenant_quota, coalesce(p.rate_read, 0),
       coalesce(p.rate_write, 0), p.version, to_char(p.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(p.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       (SELECT count(*)
          FROM (SELECT
                  FROM public.tenants t
                 WHERE t.partner_id = p.id
                   AND t.status IN ('provisioning', 'active', 'suspended')
                 LIMIT $2::bigint) AS used)
  FROM tenantd.partners p
 WHERE p.id = $1::text
   FOR NO KEY UPDATE OF p;
