-- Takes back a failure that was counted: $1 buckets, $2 when the last one before it was, of each,
-- $3 when it was counted, $4 what was forgotten then, of each. Without another failure since, all is
-- as it was.
-- params: 4
-- rows: none
WITH held AS MATERIALIZED (
  SELECT bucket
    FROM tenantd.sign_in_failures
   WHERE bucket = ANY ($1::text[])
   ORDER BY bucket
     FOR UPDATE
)
UPDATE tenantd.sign_in_failures f
   SET failures = greatest(f.failures - 1 + CASE WHEN f.last_at = $3::timestamptz THEN w.forgotten ELSE 0 END, 0),
       last_at = CASE WHEN f.last_at = $3::timestamptz THEN w.before ELSE f.last_at END
  FROM held h
  JOIN unnest($1::text[], $2::timestamptz[], $4::int[]) w (bucket, before, forgotten) ON w.bucket = h.bucket
 WHERE f.bucket = h.bucket;
