-- The guesses in bucket $1 are forgotten.
-- params: 1
-- rows: none
DELETE FROM tenantd.sign_in_failures WHERE bucket = $1::text;
