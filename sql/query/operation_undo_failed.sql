-- Taking back what operation $1 made failed, $2 says why: again in $3 milliseconds.
-- params: 3
-- rows: none
UPDATE tenantd.operations
   SET attempts = attempts + 1, undo_error = $2::text, run_at = clock_timestamp() + $3::bigint * interval '1 ms',
       leased_by = NULL, lease_until = NULL, version = version + 1, updated_at = now()
 WHERE id = $1::text;
