-- Secrets of one-time passwords that are sealed under another key than $1, of users after $2, held until the
-- transaction ends, at most $3: user, and the sealed secret.
-- params: 3
-- rows: many
SELECT user_id, sealed
  FROM tenantd.totp
 WHERE split_part(sealed, '.', 2) <> $1::text
   AND user_id > $2::text
 ORDER BY user_id
 LIMIT $3::int
   FOR UPDATE;
