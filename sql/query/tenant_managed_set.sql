-- $1 tenant, $2 slug, $3 where its vectors lie, or NULL, $4 prompt or NULL, $5 status, $6 its reason or NULL; $7
-- whether something else of it has changed, too. $8 whether its status is said anew, and then: $9 of what it is
-- suspended in part, or NULL, $10 until when, or NULL, $11 after how many days it is purged, or NULL: not by itself.
-- params: 11
-- rows: none
UPDATE public.tenants
   SET slug = $2::text, pinecone_environment = $3::text, system_prompt = $4::text, status = $5::text,
       status_reason = $6::text, updated_at = CASE WHEN $7::boolean THEN clock_timestamp() ELSE updated_at END,
       suspension_scopes = CASE WHEN $8::boolean THEN $9::text[] ELSE suspension_scopes END,
       suspended_until = CASE WHEN $8::boolean THEN $10::timestamptz ELSE suspended_until END,
       purge_at = CASE WHEN $8::boolean THEN now() + make_interval(days => $11::int) ELSE purge_at END
 WHERE id = $1::text;
