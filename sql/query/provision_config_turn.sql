-- The turn of tenant $2 of partner $1 to get another configuration, until the transaction ends.
-- params: 2
-- rows: one
SELECT FROM public.tenants WHERE partner_id = $1::text AND id = $2::text FOR NO KEY UPDATE;
