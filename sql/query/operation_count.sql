-- params: 0
-- rows: many
SELECT o.state, count(*) FROM tenantd.operations o WHERE o.ended_at IS NULL GROUP BY o.state;
