-- $1 tenant, $2 slug, $3 where its vectors lie, or NULL, $4 prompt or NULL, $5 status, $6 its reason or NULL; $7
-- whether something else of it has changed, too.
-- params: 7
-- rows: none
UPDATE public.tenants
   SET slug = $2::text, pinecone_environment = $3::text, system_prompt = $4::text, status = $5::text,
       status_reason = $6::text, updated_at = CASE WHEN $7::boolean THEN clock_timestamp() ELSE updated_at END
 WHERE id = $1::text;
