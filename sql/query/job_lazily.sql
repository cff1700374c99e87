-- This transaction's commit does not wait for the disk: if it is lost, its job is run again.
-- params: 0
-- rows: one
SELECT set_config('synchronous_commit', 'off', true);
