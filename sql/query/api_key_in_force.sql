-- Whether API key $1 is in force.
-- params: 1
-- rows: one
SELECT EXISTS (SELECT FROM tenantd.api_keys
                WHERE id = $1::text AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()));
