-- API key $1 is in use; that is written once a minute, and not while somebody changes the key.
-- params: 1
-- rows: none
UPDATE tenantd.api_keys
   SET last_used_at = date_trunc('minute', now())
 WHERE id = (SELECT k.id FROM tenantd.api_keys k
              WHERE k.id = $1::text
                AND (k.last_used_at IS NULL OR k.last_used_at < date_trunc('minute', now()))
                FOR NO KEY UPDATE SKIP LOCKED);
