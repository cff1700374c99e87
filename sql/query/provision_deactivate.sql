-- Its partner ends tenant $1, with a reason $2. What an operator had suspended is not the partner's to restore.
-- params: 2
-- rows: none
UPDATE public.tenants
   SET partner_deactivated_at = CASE status WHEN 'active' THEN now() END, status = 'deactivated', status_reason = $2::text
 WHERE id = $1::text;
