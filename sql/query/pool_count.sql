-- The pool of server $1: how many are ready with stamp $2, how many there are in all.
-- params: 2
-- rows: one
SELECT count(*) FILTER (WHERE p.state = 'ready' AND p.stamp = $2::text),
       count(*) FILTER (WHERE p.state <> 'claimed')
  FROM tenantd.pool_databases p WHERE p.server = $1::text;
