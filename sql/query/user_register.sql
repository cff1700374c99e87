-- Somebody whose address is known to be theirs becomes a user: $1 id, $2 address, $3 name or NULL, $4 hash
-- of the password.
-- params: 4
-- rows: none
INSERT INTO public.users (id, email, name, password_hash)
VALUES ($1::text, $2::text, $3::text, $4::text);
