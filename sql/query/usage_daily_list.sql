-- What tenant $1 used of metric $2, NULL: of each, in the days $3 to $4. A day on which there was nothing has no row.
-- params: 4
-- rows: many
SELECT metric, to_char(day, 'YYYY-MM-DD'), value
  FROM tenantd.usage_daily
 WHERE tenant_id = $1::text AND ($2::text IS NULL OR metric = $2::text) AND day BETWEEN $3::date AND $4::date
 ORDER BY metric, day;
