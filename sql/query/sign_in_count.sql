-- Counts a failure in buckets that are held: $1 buckets, $2 seconds without a failure after which
-- the earlier ones are forgotten, $3 now.
-- params: 3
-- rows: none
UPDATE tenantd.sign_in_failures
   SET failures = 1 + CASE WHEN last_at > $3::timestamptz - make_interval(secs => $2::int) THEN failures ELSE 0 END,
       last_at = $3::timestamptz,
       told = false
 WHERE bucket = ANY ($1::text[]);
