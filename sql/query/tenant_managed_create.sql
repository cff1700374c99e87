-- A tenant without an owner, and its row in the shared registry: $1 id, $2 number, $3 name, $4 slug, $5 schema name,
-- $6 where its vectors lie, or NULL, $7 prompt or NULL, $8 whether it is active.
-- params: 8
-- rows: none
WITH twin AS (
  INSERT INTO public.tenants (id, tenant, slug, pinecone_environment, system_prompt, status, deactivated_at)
  VALUES ($1::text, $2::uuid, $4::text, $6::text, $7::text, CASE WHEN $8::boolean THEN 'active' ELSE 'deactivated' END,
          CASE WHEN NOT $8::boolean THEN now() END)
)
INSERT INTO public.custom_auth_tenant
       (id, name, owner_id, schema_name, created_at, updated_at, rls_enabled, rls_setup_date, is_active)
VALUES ($2::uuid, $3::text, NULL, $5::text, now(), now(), true, now(), $8::boolean);
