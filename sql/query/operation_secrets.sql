-- What operation $1 keeps to be shown once, sealed, held until the transaction ends.
-- params: 1
-- rows: one
SELECT o.secrets FROM tenantd.operations o WHERE o.id = $1::text FOR UPDATE;
