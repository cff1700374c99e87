-- Takes the recovery code with digest $2 from user $1: how many are left; no row: it is none of theirs.
-- params: 2
-- rows: one
UPDATE tenantd.totp
   SET recovery = array_remove(recovery, $2::text)
 WHERE user_id = $1::text
   AND confirmed_at IS NOT NULL
   AND $2::text = ANY (recovery)
RETURNING cardinality(recovery);
