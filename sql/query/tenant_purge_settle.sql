-- Waits until whoever publishes events is done, and keeps them waiting until the transaction ends: what they saw of a
-- tenant before it was deleted for good, they have written down by then.
-- params: 0
-- rows: one
SELECT seq FROM tenantd.event_head FOR UPDATE;
