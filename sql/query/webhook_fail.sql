-- An attempt at webhook $1 failed; whether that makes $2 failures in a row over $3 hours.
-- params: 3
-- rows: one
UPDATE tenantd.webhooks
   SET failures = failures + 1, failing_since = coalesce(failing_since, now()), last_attempt_at = now()
 WHERE id = $1::text
RETURNING failures >= $2::int AND failing_since <= now() - make_interval(hours => $3::int);
