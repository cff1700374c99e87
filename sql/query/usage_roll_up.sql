-- Rolls up the next $1 tenants of the day at hand: how many there were, -1: every day is done, or somebody is at
-- it. $2: the levels, an object with the plans' limits of each.
-- params: 2
-- rows: one
SELECT tenantd.usage_roll_up($1::int, $2::jsonb);
