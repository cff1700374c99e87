-- Its partner takes tenant $1 back.
-- params: 1
-- rows: none
UPDATE public.tenants SET status = 'active', status_reason = NULL, partner_deactivated_at = NULL WHERE id = $1::text;
