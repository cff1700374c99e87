-- From where a user has signed in: $1 user, $2 days.
-- params: 2
-- rows: many
SELECT DISTINCT address
  FROM tenantd.sessions
 WHERE user_id = $1::text
   AND created_at > now() - make_interval(days => $2::int)
 LIMIT 1000;
