-- Operation $1 has come to its end: $2.
-- params: 2
-- rows: none
UPDATE tenantd.operations
   SET state = $2::text, ended_at = clock_timestamp(), run_at = NULL, undo_error = NULL, leased_by = NULL,
       lease_until = NULL, version = version + 1, updated_at = now()
 WHERE id = $1::text;
