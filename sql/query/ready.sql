-- Whether the database is there and at this program's schema: $1 the newest migration it
-- knows. Beside it, how long the oldest waiting job has waited, in seconds.
-- params: 1
-- rows: one
SELECT coalesce((SELECT max(number) FROM tenantd.migrations), 0) >= $1::int,
       (SELECT count(*) FROM tenantd.jobs WHERE state = 'queued'),
       coalesce((SELECT extract(epoch FROM now() - min(run_at))::bigint
                   FROM tenantd.jobs WHERE state = 'queued'), 0);
