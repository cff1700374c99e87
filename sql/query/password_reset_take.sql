-- Takes away all secrets by which user $2 may choose another password; a row if $1 was the digest of one
-- that was still of use.
-- params: 2
-- rows: one
WITH held AS (
  SELECT r.digest, r.expires_at FROM tenantd.password_resets r WHERE r.user_id = $2::text ORDER BY r.digest FOR UPDATE
), gone AS (
  DELETE FROM tenantd.password_resets r USING held h WHERE r.digest = h.digest
)
SELECT h.digest FROM held h WHERE h.digest = $1::text AND h.expires_at > now();
