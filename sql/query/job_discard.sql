-- Removes job $1, which is not at work. No row: there is none, or it is done.
-- params: 1
-- rows: one
DELETE FROM tenantd.jobs WHERE id = $1::bigint AND state IN ('queued', 'dead') RETURNING id;
