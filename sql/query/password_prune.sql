-- Of the passwords that user $1 had the last $2 are kept.
-- params: 2
-- rows: none
DELETE FROM tenantd.password_history
 WHERE user_id = $1::text
   AND id NOT IN (SELECT h.id FROM tenantd.password_history h WHERE h.user_id = $1::text ORDER BY h.id DESC LIMIT $2::int);
