-- $1 buckets, in the order in which all take them.
-- params: 1
-- rows: none
WITH held AS MATERIALIZED (
  SELECT bucket
    FROM tenantd.sign_in_failures
   WHERE bucket = ANY ($1::text[])
   ORDER BY bucket
     FOR UPDATE
)
DELETE FROM tenantd.sign_in_failures f USING held h WHERE f.bucket = h.bucket;
