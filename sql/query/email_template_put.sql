-- $1 tenant, $2 mail, $3 subject, $4 text, $5 HTML, $6 by whom, $7 the version that is replaced, 0
-- when there is none: no row if it is another by now.
-- params: 7
-- rows: many
INSERT INTO tenantd.email_templates AS e (tenant_id, name, subject, text, html, updated_by)
	SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::text
	 WHERE $7::bigint = 0 OR EXISTS (SELECT FROM tenantd.email_templates
	                                  WHERE tenant_id = $1::text AND name = $2::text)
	ON CONFLICT (tenant_id, name) DO UPDATE
	   SET subject = EXCLUDED.subject, text = EXCLUDED.text, html = EXCLUDED.html,
	       updated_by = EXCLUDED.updated_by, updated_at = now(), version = e.version + 1
	 WHERE e.version = $7::bigint
RETURNING name, version, to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), updated_by;
