-- Removes buckets that nothing was counted in for $1 days, at most 10,000; those
-- that somebody holds another time.
-- params: 1
-- rows: none
DELETE FROM tenantd.sign_in_failures
 WHERE bucket IN (SELECT bucket FROM tenantd.sign_in_failures
                   WHERE last_at < now() - make_interval(days => $1::int)
                   ORDER BY last_at
                   LIMIT 10000
                     FOR UPDATE SKIP LOCKED);
