-- Rows of the audit log that have waited for their seal for more than a minute, and the oldest's seconds.
-- params: 0
-- rows: one
SELECT count(*), extract(epoch FROM now() - min(a.created_at))::bigint
  FROM tenantd.audit a
 WHERE a.seq IS NULL AND a.created_at < now() - interval '1 minute';
