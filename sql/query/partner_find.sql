-- Partner $1.
-- params: 1
-- rows: one
SELECT id, name, status, status_reason, contact_email, tenant_quota, coalesce(rate_read, 0), coalesce(rate_write, 0),
       version, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  FROM tenantd.partners
 WHERE id = $1::text;
