-- How many jobs wait to be sent once more to webhook $1.
-- params: 1
-- rows: one
SELECT count(*)
  FROM tenantd.job_lanes l
  JOIN tenantd.jobs j ON j.lane = l.lane AND j.state = 'queued'
 WHERE l.pool = $1::text AND l.lane LIKE $1::text || ':again:%';
