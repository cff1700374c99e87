-- Takes away all registrations of address $1.
-- params: 1
-- rows: none
DELETE FROM tenantd.registrations
 WHERE id IN (SELECT r.id FROM tenantd.registrations r WHERE lower(r.email) = lower($1::text) ORDER BY r.id FOR UPDATE);
