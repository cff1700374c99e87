-- How the tenant stands that a token speaks of: $1 its id, or its number in the shared registry. Its status, and of
-- what it is suspended in part, or NULL. No row: there is none.
-- params: 1
-- rows: one
SELECT status, array_to_string(suspension_scopes, ' ') FROM public.tenants WHERE id = $1::text
 UNION ALL
SELECT status, array_to_string(suspension_scopes, ' ')
  FROM public.tenants
 WHERE id <> $1::text
   AND tenant = CASE WHEN $1::text ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN $1::uuid END;
