-- One more mail within $3 seconds, of $2 at most: $1 what it is counted in. No row: there were as many.
-- params: 3
-- rows: one
INSERT INTO tenantd.mail_limits AS l (bucket, sent, last_at)
VALUES ($1::text, ARRAY[now()], now())
    ON CONFLICT (bucket) DO UPDATE
   SET sent = ARRAY(SELECT s FROM unnest(l.sent) AS s WHERE s > now() - make_interval(secs => $3::int)) || now(),
       last_at = now()
 WHERE (SELECT count(*) FROM unnest(l.sent) AS s WHERE s > now() - make_interval(secs => $3::int)) < $2::int
RETURNING bucket;
