-- The names that a migration's text reads: server $1 ("": the one that migrates),
-- control $2 ("": server), applications $3 ("": none).
-- params: 3
-- rows: one
SELECT set_config('tenantd.server_role', COALESCE(NULLIF($1::text, ''), current_user), true),
       set_config('tenantd.control_role',
           COALESCE(NULLIF($2::text, ''), NULLIF($1::text, ''), current_user), true),
       set_config('tenantd.app_role', $3::text, true);
