-- Nothing is to be done any more about operation $1: the job that waits for it goes, unless somebody has it.
-- params: 1
-- rows: none
WITH waiting AS (
  DELETE FROM tenantd.job_lanes WHERE lane = 'operation:' || $1::text AND leased_by IS NULL RETURNING lane
)
DELETE FROM tenantd.jobs j USING waiting w WHERE j.lane = w.lane AND j.state = 'queued';
