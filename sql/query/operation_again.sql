-- Somebody wants operation $1 to go on now.
-- params: 1
-- rows: none
UPDATE tenantd.operations
   SET state = CASE state WHEN 'held' THEN 'waiting' ELSE state END, attempts = 0, run_at = NULL,
       version = version + 1, updated_at = now()
 WHERE id = $1::text;
