-- Makes the rows of buckets that have none, and locks those that are there: $1 buckets. Always in
-- the same order.
-- params: 1
-- rows: none
INSERT INTO tenantd.sign_in_failures (bucket, failures, last_at)
SELECT b, 0, clock_timestamp()
  FROM unnest($1::text[]) b
 ORDER BY b
    ON CONFLICT (bucket) DO UPDATE SET told = true WHERE false;
