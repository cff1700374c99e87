-- User $2 wants operation $1 not to be: at once, or when whoever has it comes to the end of a step.
-- params: 2
-- rows: none
UPDATE tenantd.operations
   SET cancelled_by = $2::text, run_at = NULL, attempts = 0,
       state = CASE WHEN leased_by IS NULL THEN 'rolling_back' ELSE state END,
       version = version + 1, updated_at = now()
 WHERE id = $1::text;
