-- Opens the tenant context $1 and the statement timeout $2 (milliseconds) for this transaction,
-- read-only if $3 is 'on' (NULL: as it is), for actor $4 in request $5, whom triggers write down
-- (NULL: nobody), and, unless $6 is NULL, that as the schemas which names without one lead to; answers the context that was there before, which must be none. Statements find
-- rows by keys, so one plan fits every parameter: planning one anew for each would cost more than
-- running it.
-- params: 6
-- rows: one
SELECT was.context,
       set_config('app.current_tenant_id', $1::text, true),
       set_config('statement_timeout', $2::text, true),
       set_config('plan_cache_mode', 'force_generic_plan', true),
       CASE WHEN $3::text IS NOT NULL THEN set_config('transaction_read_only', $3::text, true) END,
       CASE WHEN $4::text IS NOT NULL THEN set_config('app.actor', $4::text, true) END,
       CASE WHEN $5::text IS NOT NULL THEN set_config('app.request_id', $5::text, true) END,
       CASE WHEN $6::text IS NOT NULL THEN set_config('search_path', $6::text, true) END
  FROM (SELECT current_setting('app.current_tenant_id', true) AS context OFFSET 0) AS was;
