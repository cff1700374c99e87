-- Takes away all registrations of address $2, and shows the one with digest $1 if it was among them and
-- still of use. Held in the order of ids, so that two of them that are confirmed at once wait for each other.
-- params: 2
-- rows: one
WITH held AS (
  SELECT r.id, r.digest, r.email, r.name, r.password_hash, r.invitation, r.expires_at
    FROM tenantd.registrations r
   WHERE lower(r.email) = lower($2::text)
   ORDER BY r.id
     FOR UPDATE
), gone AS (
  DELETE FROM tenantd.registrations r USING held h WHERE r.id = h.id
)
SELECT h.email, h.name, h.password_hash, h.invitation
  FROM held h
 WHERE h.digest = $1::text
   AND h.expires_at > now();
