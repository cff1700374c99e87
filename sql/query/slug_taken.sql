-- Whether somebody has slug $1.
-- params: 1
-- rows: one
SELECT EXISTS (SELECT FROM tenantd.names n WHERE n.name = lower($1::text) AND (n.held_until IS NULL OR n.held_until > now()));
