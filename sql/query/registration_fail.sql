-- Counts a wrong password to the registration with digest $1, and removes one that had $2 of them.
-- params: 2
-- rows: none
WITH counted AS (
  UPDATE tenantd.registrations SET failures = failures + 1 WHERE digest = $1::text AND failures + 1 < $2::int
)
DELETE FROM tenantd.registrations WHERE digest = $1::text AND failures + 1 >= $2::int;
