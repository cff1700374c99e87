-- What $1 had is anybody's: it is gone, or does not come to it.
-- params: 1
-- rows: none
UPDATE tenantd.job_lanes SET lease_until = NULL, leased_by = NULL WHERE leased_by = $1::text;
