-- What email_template_list.sql says of the mail $2 alone, and the texts.
-- params: 2
-- rows: many
SELECT name, version, to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), updated_by,
       subject, text, html
  FROM tenantd.email_templates
 WHERE tenant_id = $1::text AND name = $2::text;
