-- Whoever ends job $2 of lane $1 must still have it: $3. TD409 if not.
-- params: 3
-- rows: one
SELECT tenantd.job_hold($1::text, $2::bigint, $3::text);
