-- The first recorded migration that is not among the numbers $1.
-- params: 1
-- rows: one
SELECT name
  FROM tenantd.migrations
 WHERE number <> ALL ($1::integer[])
 ORDER BY number
 LIMIT 1;
