-- Whether the database is there and at this program's schema: $1 the newest migration it
-- knows. Beside it, how many jobs wait (counted up to 10,000, so that a long queue makes no
-- probe slow), how long the one that is due longest has waited, in seconds, and whether changes
-- are taken.
-- params: 1
-- rows: one
SELECT coalesce((SELECT max(number) FROM tenantd.migrations), 0) >= $1::int,
       (SELECT count(*)
          FROM (SELECT FROM tenantd.jobs WHERE state = 'queued' LIMIT 10000) AS waiting),
       coalesce((SELECT greatest(extract(epoch FROM now() - min(run_at)), 0)::bigint
                   FROM tenantd.job_lanes), 0),
       NOT (pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean);
