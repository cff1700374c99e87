-- Removes resets of passwords that nobody used until $1 days ago, at most 10,000.
-- params: 1
-- rows: none
DELETE FROM tenantd.password_resets
 WHERE digest IN (SELECT digest FROM tenantd.password_resets
                   WHERE expires_at < now() - make_interval(days => $1::int)
                   ORDER BY expires_at
                   LIMIT 10000);
