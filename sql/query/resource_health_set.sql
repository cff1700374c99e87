-- $1 resource, $2 how it is, $3 why or NULL.
-- params: 3
-- rows: none
UPDATE tenantd.resources SET health = $2::text, health_reason = $3::text, checked_at = now() WHERE id = $1::text;
