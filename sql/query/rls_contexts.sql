-- A context that was set before any transaction set one: for a role, for the database, or for
-- this connection in postgresql.conf (after rls_reset_context).
-- params: 0
-- rows: many
WITH preset AS (
	SELECT s.setrole, s.setdatabase, v.value
	  FROM pg_db_role_setting s,
	       LATERAL unnest(s.setconfig) AS entry (setting),
	       LATERAL (SELECT split_part(entry.setting, '=', 1) AS name,
	                       substr(entry.setting, strpos(entry.setting, '=') + 1) AS value) AS v
	 WHERE lower(v.name) = 'app.current_tenant_id' AND v.value <> ''
	   AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database d
	                              WHERE d.datname = current_database()))
)
SELECT CASE WHEN p.setrole <> 0 THEN pg_get_userbyid(p.setrole)
            WHEN p.setdatabase <> 0 THEN current_database() ELSE 'every role' END::text,
       'preset context', 'failed',
       format('app.current_tenant_id is "%s" before any transaction sets it: ALTER %s RESET app.current_tenant_id',
           p.value,
           CASE WHEN p.setrole = 0 AND p.setdatabase = 0 THEN 'ROLE ALL'
                WHEN p.setrole = 0 THEN format('DATABASE %I', current_database())
                WHEN p.setdatabase = 0 THEN format('ROLE %I', pg_get_userbyid(p.setrole))
                ELSE format('ROLE %I IN DATABASE %I', pg_get_userbyid(p.setrole),
                         current_database()) END)
  FROM preset p
UNION ALL
SELECT 'session', 'preset context',
       CASE WHEN c.value = '' THEN 'ok' ELSE 'failed' END,
       CASE WHEN c.value = '' THEN 'a session begins without a context'
            ELSE format('a session begins with app.current_tenant_id "%s": take it out of the settings named'
                 ' here, of postgresql.conf, postgresql.auto.conf and the connection string', c.value) END
  FROM (SELECT coalesce(current_setting('app.current_tenant_id', true), '') AS value) AS c;
