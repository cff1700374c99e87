-- What the running role is and may become: nothing that row-level security does not hold.
-- params: 0
-- rows: many
WITH me AS (
	SELECT r.*, pg_get_userbyid(n.nspowner) AS owner, n.nspowner
	  FROM pg_roles r, pg_namespace n
	 WHERE r.rolname = current_user AND n.nspname = 'tenantd'
)
SELECT me.rolname, 'superuser', CASE WHEN me.rolsuper THEN 'failed' ELSE 'ok' END,
       CASE WHEN me.rolsuper
            THEN format('no policy holds a superuser: ALTER ROLE %I NOSUPERUSER, or run as another role', me.rolname)
            ELSE 'it is no superuser' END
  FROM me
UNION ALL
SELECT me.rolname, 'bypassrls', CASE WHEN me.rolbypassrls THEN 'failed' ELSE 'ok' END,
       CASE WHEN me.rolbypassrls
            THEN format('no policy holds it: ALTER ROLE %I NOBYPASSRLS', me.rolname)
            ELSE 'it does not bypass row-level security' END
  FROM me
UNION ALL
SELECT me.rolname, 'membership', 'failed',
       format('it may become "%s", which no policy holds: REVOKE %I FROM %I', r.rolname, r.rolname, me.rolname)
  FROM me, pg_roles r
 WHERE (r.rolsuper OR r.rolbypassrls) AND r.rolname <> me.rolname AND NOT me.rolsuper
   AND pg_has_role(me.rolname, r.oid, 'MEMBER')
UNION ALL
SELECT me.rolname, 'separation',
       CASE WHEN me.rolname = me.owner THEN 'warning'
            WHEN NOT me.rolsuper AND pg_has_role(me.rolname, me.nspowner, 'MEMBER') THEN 'failed'
            ELSE 'ok' END,
       CASE WHEN me.rolname = me.owner
            THEN 'one role owns the tables and runs the server: it could drop the policies, which is a weaker footing than separate roles'
            WHEN NOT me.rolsuper AND pg_has_role(me.rolname, me.nspowner, 'MEMBER')
            THEN format('it may become the owner "%s" and drop the policies: REVOKE %I FROM %I', me.owner, me.owner, me.rolname)
            ELSE format('the tables belong to "%s"', me.owner) END
  FROM me;
