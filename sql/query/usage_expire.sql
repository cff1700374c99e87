-- Removes days of usage that ended $1 days ago, at most 10,000.
-- params: 1
-- rows: none
DELETE FROM tenantd.usage_daily
 WHERE (tenant_id, metric, day) IN (SELECT tenant_id, metric, day FROM tenantd.usage_daily
                                     WHERE day < (now() AT TIME ZONE 'UTC')::date - $1::int
                                     ORDER BY day
                                     LIMIT 10000);
