-- params: 0
-- rows: one
SELECT current_setting('app.current_tenant_id', true), current_setting('statement_timeout'),
       current_setting('transaction_read_only');
