-- Tenant $1, which its partner deactivated, is not the partner's to restore any more: an operator wants it so, too. $2:
-- why, or NULL. No row: it was not the partner's already.
-- params: 2
-- rows: one
UPDATE public.tenants
   SET partner_deactivated_at = NULL, status_reason = coalesce($2::text, status_reason)
 WHERE id = $1::text AND status = 'deactivated' AND partner_deactivated_at = deactivated_at
RETURNING id;
