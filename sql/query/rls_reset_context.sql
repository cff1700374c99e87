-- Back to what the session began with, for rls_contexts.
-- params: 0
-- rows: none
SET LOCAL app.current_tenant_id TO DEFAULT;
