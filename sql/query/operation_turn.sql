-- Operation $1 gets state $2, after an attempt that failed at step $3 with code $4 and words $5 (NULL: none did): to
-- go on in $6 milliseconds (NULL: at once, or never). $7: whoever has it keeps it.
-- params: 7
-- rows: none
UPDATE tenantd.operations
   SET state = $2::text, attempts = attempts + CASE WHEN $5::text IS NOT NULL THEN 1 ELSE 0 END,
       error_step = coalesce($3::text, error_step), error_code = coalesce($4::text, error_code),
       error = coalesce($5::text, error),
       run_at = clock_timestamp() + $6::bigint * interval '1 ms',
       leased_by = CASE WHEN $7::boolean THEN leased_by END,
       lease_until = CASE WHEN $7::boolean THEN lease_until END,
       version = version + 1, updated_at = now()
 WHERE id = $1::text;
