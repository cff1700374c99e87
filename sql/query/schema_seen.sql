-- How schema $1 is marked, if it is there.
-- params: 1
-- rows: one
SELECT coalesce(obj_description(n.oid, 'pg_namespace'), '') FROM pg_namespace n WHERE n.nspname = $1::text;
