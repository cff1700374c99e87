-- Holds buckets until the transaction ends: $1 buckets, $2 seconds without a failure after which
-- the earlier ones are forgotten, $3 the bucket that forgets one each minute, or NULL. The last three
-- columns are when the last failure was, now, and what was counted at all.
-- params: 3
-- rows: many
SELECT bucket,
       CASE WHEN last_at > clock_timestamp() - make_interval(secs => $2::int)
            THEN greatest(0, failures - CASE WHEN bucket = $3::text
                                             THEN floor(extract(epoch FROM clock_timestamp() - last_at) / 60)::int
                                             ELSE 0 END)
            ELSE 0 END,
       greatest(0, extract(epoch FROM clock_timestamp() - last_at) * 1000)::bigint, told,
       to_char(last_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), failures
  FROM tenantd.sign_in_failures
 WHERE bucket = ANY ($1::text[])
 ORDER BY bucket
   FOR UPDATE;
