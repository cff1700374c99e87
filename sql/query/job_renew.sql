-- Keeps what $1 has for another $2 milliseconds.
-- params: 2
-- rows: none
UPDATE tenantd.job_lanes SET lease_until = now() + $2::int * interval '1 ms' WHERE leased_by = $1::text;
