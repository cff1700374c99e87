-- Whoever goes on with operation $1 must have it still: $2, for $3 milliseconds more. No row: they have it no
-- more. Whether somebody cancelled it, whether it can be, and what it keeps to be shown once, sealed.
-- params: 3
-- rows: one
UPDATE tenantd.operations o
   SET version = version + 1, updated_at = now(),
       lease_until = clock_timestamp() + $3::int * interval '1 ms'
 WHERE o.id = $1::text AND o.leased_by = $2::text AND o.state IN ('running', 'rolling_back')
RETURNING o.cancelled_by IS NOT NULL, o.committed_at IS NOT NULL, o.secrets;
