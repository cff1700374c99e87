-- In how many milliseconds operation $1 can be gone on with; NULL: never by itself.
-- params: 1
-- rows: one
SELECT CASE WHEN o.state IN ('running', 'waiting', 'rolling_back')
            THEN greatest(0, ceil(extract(epoch FROM greatest(o.lease_until, o.run_at, clock_timestamp()) - clock_timestamp()) * 1000))::bigint END
  FROM tenantd.operations o
 WHERE o.id = $1::text;
