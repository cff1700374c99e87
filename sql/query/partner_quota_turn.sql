-- The turn of partner $1 with a quota to take from it, until the transaction ends.
-- params: 1
-- rows: one
SELECT FROM tenantd.partners WHERE id = $1::text FOR NO KEY UPDATE;
