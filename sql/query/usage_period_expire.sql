-- Removes months and days of usage that began more than $1 days ago and are over, at most 10,000.
-- params: 1
-- rows: none
DELETE FROM tenantd.usage
 WHERE (tenant_id, metric, period) IN (
         SELECT tenant_id, metric, period FROM tenantd.usage
          WHERE period <> '' AND period < to_char((now() AT TIME ZONE 'UTC')::date - $1::int, 'YYYY-MM')
          LIMIT 10000);
