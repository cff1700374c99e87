-- The feed's newest number, held until the transaction ends; no row: somebody else holds it.
-- params: 0
-- rows: one
SELECT seq FROM tenantd.event_head FOR UPDATE SKIP LOCKED;
