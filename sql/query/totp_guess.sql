-- One more guess in bucket $1: how many there were in a row, none more than $2 minutes after the one before it;
-- and in how many seconds those before it are forgotten.
-- params: 2
-- rows: one
INSERT INTO tenantd.sign_in_failures AS f (bucket, failures, last_at)
VALUES ($1::text, 1, now())
ON CONFLICT (bucket) DO UPDATE
   SET failures = CASE WHEN f.last_at < now() - make_interval(mins => $2::int) THEN 1 ELSE f.failures + 1 END,
       last_at = now()
RETURNING f.failures, coalesce((SELECT ceil(extract(epoch FROM b.last_at + make_interval(mins => $2::int) - now()))::bigint
                                  FROM tenantd.sign_in_failures b
                                 WHERE b.bucket = $1::text), $2::int * 60);
