-- $1 tenant, $2 name, $3 address, $4 telephone or NULL, $5 industry or NULL, $6 the partner's id of it or NULL, $7
-- the rest.
-- params: 7
-- rows: none
UPDATE public.tenants
   SET company_name = $2::text, contact_email = $3::text, phone_number = $4::text, industry = $5::text,
       external_id = $6::text, extra = $7::text
 WHERE id = $1::text;
