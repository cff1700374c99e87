-- Opens the tenant context $1 and the statement timeout $2 (milliseconds) for this
-- transaction; answers the context that was there before, which must be none. Statements
-- find rows by keys, so one plan fits every parameter: planning one anew for each would cost
-- more than running it.
-- params: 2
-- rows: one
SELECT was.context,
       set_config('app.current_tenant_id', $1::text, true),
       set_config('statement_timeout', $2::text, true),
       set_config('plan_cache_mode', 'force_generic_plan', true)
  FROM (SELECT current_setting('app.current_tenant_id', true) AS context OFFSET 0) AS was;
