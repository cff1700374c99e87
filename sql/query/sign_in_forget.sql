-- $1 buckets.
-- params: 1
-- rows: none
DELETE FROM tenantd.sign_in_failures WHERE bucket = ANY ($1::text[]);
