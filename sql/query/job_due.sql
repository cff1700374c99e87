-- Milliseconds until a lane is due, NULL: there is none.
-- params: 0
-- rows: one
SELECT CASE WHEN count(*) > 0 THEN greatest(0, ceil(extract(epoch FROM min(run_at) - now()) * 1000)) END::bigint
  FROM tenantd.job_lanes WHERE leased_by IS NULL;
