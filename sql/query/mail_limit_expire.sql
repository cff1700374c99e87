-- Removes counts of mails that are $1 days old, at most 10,000.
-- params: 1
-- rows: none
DELETE FROM tenantd.mail_limits
 WHERE bucket IN (SELECT bucket FROM tenantd.mail_limits
                   WHERE last_at < now() - make_interval(days => $1::int)
                   ORDER BY last_at
                   LIMIT 10000);
