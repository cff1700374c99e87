-- The company of tenant $1, called $2 so far, is called $3: so is its row in the shared registry, unless somebody
-- gave it another name.
-- params: 3
-- rows: none
UPDATE public.custom_auth_tenant
   SET name = left($3::text, 255), updated_at = now()
 WHERE id = $1::uuid AND name = left($2::text, 255) AND name <> left($3::text, 255);
