-- Which mails a tenant $1 has texts of its own for.
-- params: 1
-- rows: many
SELECT name, version, to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), updated_by
  FROM tenantd.email_templates
 WHERE tenant_id = $1::text;
