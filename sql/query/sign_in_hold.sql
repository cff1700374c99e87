-- Holds buckets until the transaction ends: $1 buckets, $2 seconds without a failure after which
-- the earlier ones are forgotten. The last two columns are when the last failure was, and now.
-- params: 2
-- rows: many
SELECT bucket,
       CASE WHEN last_at > clock_timestamp() - make_interval(secs => $2::int) THEN failures ELSE 0 END,
       greatest(0, extract(epoch FROM clock_timestamp() - last_at) * 1000)::bigint, told,
       to_char(last_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
  FROM tenantd.sign_in_failures
 WHERE bucket = ANY ($1::text[])
 ORDER BY bucket
   FOR UPDATE;
