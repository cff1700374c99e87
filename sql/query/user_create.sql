-- $1 id, $2 e-mail, $3 password hash or NULL, $4 superuser, $5 tenant or NULL, $6 name or NULL.
-- params: 6
-- rows: none
INSERT INTO public.users (id, email, password_hash, is_superuser, tenant_id, name)
VALUES ($1::text, $2::text, $3::text, $4::boolean, $5::text, $6::text);
