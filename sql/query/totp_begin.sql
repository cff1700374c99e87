-- A new secret for user $1, sealed: $2, in place of one that is not in force; no row: one is.
-- params: 2
-- rows: one
INSERT INTO tenantd.totp AS t (user_id, sealed)
VALUES ($1::text, $2::text)
ON CONFLICT (user_id) DO UPDATE
   SET sealed = excluded.sealed, last_step = 0, recovery = '{}', created_at = now()
 WHERE t.confirmed_at IS NULL
RETURNING t.user_id;
