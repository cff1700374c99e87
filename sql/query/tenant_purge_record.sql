-- Tenant $1 is deleted for good: what is left of it says so, and nothing else of it.
-- params: 1
-- rows: none
UPDATE public.tenants
   SET status = 'purged', status_reason = NULL, slug = 'purged-' || replace(id, '-', ''), features = '{}',
       contact_email = CASE WHEN partner_id IS NOT NULL THEN 'purged@invalid' END,
       company_name = CASE WHEN partner_id IS NOT NULL THEN 'purged' END, phone_number = NULL, industry = NULL,
       external_id = NULL, extra = CASE WHEN partner_id IS NOT NULL THEN '{}' END,
       system_prompt = NULL, pinecone_environment = NULL
 WHERE id = $1::text AND status = 'deactivated';
