-- Has the pool of server $1 filled up, by a job of kind $2, unless one waits already; one that is at work
-- may have looked before.
-- params: 2
-- rows: none
INSERT INTO tenantd.jobs (kind, payload, lane)
SELECT $2::text, jsonb_build_object('server', $1::text), $2::text || ':' || $1::text
 WHERE (SELECT count(*) FROM tenantd.jobs j
         WHERE j.lane = $2::text || ':' || $1::text AND j.state = 'queued') < 2;
