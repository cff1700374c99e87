-- params: 0
-- rows: one
SELECT set_config('app.current_tenant_id', 'leaked', false);
