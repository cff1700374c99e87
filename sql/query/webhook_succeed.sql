-- An attempt at webhook $1 succeeded; that is written once a second.
-- params: 1
-- rows: none
UPDATE tenantd.webhooks
   SET failures = 0, failing_since = NULL, last_attempt_at = now(), last_success_at = now()
 WHERE id = $1::text
   AND (failures > 0 OR last_success_at IS NULL OR last_success_at < now() - interval '1 s');
