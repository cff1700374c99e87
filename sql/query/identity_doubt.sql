-- Provider $1 is about to be told of user $2, of tenant $3 or none: $4 has null for each attribute
-- that this is about.
-- params: 4
-- rows: none
INSERT INTO tenantd.identity_sync AS s (provider, user_id, tenant_id, attributes)
VALUES ($1::text, $2::text, $3::text, $4::jsonb)
    ON CONFLICT (provider, user_id) DO UPDATE
   SET tenant_id = EXCLUDED.tenant_id, attributes = s.attributes || EXCLUDED.attributes;
