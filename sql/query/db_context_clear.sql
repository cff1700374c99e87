-- Removes a context that somebody set for the whole session.
-- params: 0
-- rows: one
SELECT set_config('app.current_tenant_id', '', false);
