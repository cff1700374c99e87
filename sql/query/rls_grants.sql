-- Exempt tables are protected by grants alone, so nothing there may be everybody's.
-- params: 0
-- rows: many
SELECT e.relation, 'grants',
       CASE WHEN p.rights IS NULL THEN 'ok' ELSE 'failed' END,
       CASE WHEN p.rights IS NULL THEN 'PUBLIC has no right on it'
            ELSE format('PUBLIC has %s on it, and grants are all that protects it: REVOKE ALL ON %s FROM PUBLIC',
                 p.rights, c.oid::regclass) END
  FROM tenantd.rls_exempt e
  JOIN pg_namespace n ON n.nspname = split_part(e.relation, '.', 1)
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = split_part(e.relation, '.', 2)
 CROSS JOIN LATERAL (SELECT string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type) AS rights
                       FROM (SELECT c.relacl AS acl
                              UNION ALL SELECT a.attacl FROM pg_attribute a WHERE a.attrelid = c.oid) AS all_acl,
                            aclexplode(all_acl.acl) g WHERE g.grantee = 0) AS p
 ORDER BY e.relation;
