-- The functions in every policy mean what the migrations made them mean.
-- params: 0
-- rows: many
WITH wanted (name, body) AS (VALUES
	('current_tenant', '^RETURNNULLIFcurrent_setting''app\.current_tenant_id'',true,''''$'),
	('is_management', '^RETURNCOALESCEtenantd\.current_tenant=''unset'',falseANDtenantd\.is_control$'),
	('is_control', '^RETURN(true|CURRENT_USER=''[^'']+(''''[^'']*)*''ORpg_has_roleCURRENT_USER,''[^'']+(''''[^'']*)*'',''MEMBER'')$')
), found AS (
	SELECT w.name, w.body, f.oid, n.nspowner, f.proowner, f.prosecdef,
	       pg_get_function_sqlbody(f.oid) AS text,
	       regexp_replace(regexp_replace(
	           pg_get_function_sqlbody(f.oid), '::(text|name)', '', 'g'), '[\s()]', '', 'g') AS plain
	  FROM wanted w
	  JOIN pg_namespace n ON n.nspname = 'tenantd'
	  LEFT JOIN pg_proc f ON f.pronamespace = n.oid AND f.proname = w.name AND f.pronargs = 0
), judged AS (
	SELECT f.*, CASE
	           WHEN f.oid IS NULL THEN 'it is missing'
	           WHEN f.proowner <> f.nspowner THEN format('it belongs to "%s"', pg_get_userbyid(f.proowner))
	           WHEN f.prosecdef THEN 'it runs as its owner'
	           WHEN f.plain IS NULL OR f.plain !~ f.body
	           THEN format('it was changed: %s', coalesce(f.text, 'its body is a text'))
	           WHEN f.name = 'is_control' AND f.plain <> 'RETURNtrue' AND NOT starts_with(f.plain,
	               regexp_replace(format('RETURNCURRENT_USER=%LORpg_has_role', pg_get_userbyid(f.nspowner)), '[\s()]', '', 'g'))
	           THEN format('it lets another role than the owner "%s" manage: %s', pg_get_userbyid(f.nspowner), f.text)
	           WHEN f.plain = 'RETURNtrue' AND pg_get_userbyid(f.nspowner) <> current_user
	           THEN 'every role may open the management context, though roles are separate' END AS fault
	  FROM found f
)
SELECT 'tenantd.' || j.name || '()', 'function',
       CASE WHEN j.fault IS NOT NULL THEN 'failed' WHEN j.plain = 'RETURNtrue' THEN 'warning' ELSE 'ok' END,
       CASE WHEN j.fault IS NOT NULL AND j.name = 'is_control' THEN j.fault || ': run tenantd migrate'
            WHEN j.fault IS NOT NULL THEN j.fault || ': restore it as 0004_row_level_security.sql has it'
            WHEN j.plain = 'RETURNtrue'
            THEN 'with a single role, whoever connects may open the management context'
            ELSE j.text END
  FROM judged j
 ORDER BY j.name;
