-- Counts a failure in buckets that are held: $1 buckets, $2 seconds without a failure after which
-- the earlier ones are forgotten, $3 now, $4 the bucket that forgets one each minute, or NULL.
-- params: 4
-- rows: none
UPDATE tenantd.sign_in_failures
   SET failures = 1 + CASE WHEN last_at > $3::timestamptz - make_interval(secs => $2::int)
                           THEN greatest(0, failures - CASE WHEN bucket = $4::text
                                                            THEN floor(extract(epoch FROM $3::timestamptz - last_at) / 60)::int
                                                            ELSE 0 END)
                           ELSE 0 END,
       last_at = $3::timestamptz,
       told = false
 WHERE bucket = ANY ($1::text[]);
