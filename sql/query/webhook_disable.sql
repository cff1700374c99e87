-- Turns webhook $1 off because of $2. No row: it is off, or gone.
-- params: 2
-- rows: one
UPDATE tenantd.webhooks
   SET enabled = false, disabled_reason = $2::text, disabled_at = now(), version = version + 1, updated_at = now()
 WHERE id = $1::text AND enabled
RETURNING url, failures, to_char(failing_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
