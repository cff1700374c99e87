-- How database server $1 is: $2 ok or down, $3 why, or NULL; the same is not written again at once.
-- params: 3
-- rows: none
UPDATE tenantd.database_servers SET health = $2::text, health_reason = $3::text, checked_at = now()
 WHERE id = $1::text AND (health <> $2::text OR checked_at IS NULL OR checked_at < now() - interval '10 seconds');
