-- How much of its quota partner $1 has used: tenants that are or may be used. Counts no further than $2.
-- params: 2
-- rows: one
SELECT count(*)
  FROM (SELECT
          FROM public.tenants
         WHERE partner_id = $1::text
           AND status IN ('provisioning', 'active', 'suspended')
         LIMIT $2::bigint) AS used;
