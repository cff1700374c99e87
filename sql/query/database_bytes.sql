-- In a tenant's database: the bytes that it takes, or, of schema $1, those of what lies in it.
-- params: 1
-- rows: one
SELECT CASE WHEN $1::text IS NULL THEN pg_database_size(current_database())
            ELSE coalesce((SELECT sum(pg_total_relation_size(c.oid))
                             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                            WHERE n.nspname = $1::text AND c.relkind IN ('r', 'm', 'S', 'p')), 0)
       END::bigint;
