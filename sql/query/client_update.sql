-- $1 OAuth client, $2 name, $3 scopes, a JSON array.
-- params: 3
-- rows: none
UPDATE tenantd.oauth_clients
   SET name = $2::text, scopes = ARRAY(SELECT jsonb_array_elements_text($3::jsonb)),
       version = version + 1, updated_at = now()
 WHERE id = $1::text;
