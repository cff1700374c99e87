-- The hashes of the last passwords that user $1 had before, $2 at most, the newest first.
-- params: 2
-- rows: many
SELECT h.hash
  FROM tenantd.password_history h
 WHERE h.user_id = $1::text
 ORDER BY h.id DESC
 LIMIT $2::int;
