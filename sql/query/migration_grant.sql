-- Gives the roles server $1, control $2 and applications $3 exactly their rights; the
-- function comes with the migrations. Empty names as in migration_roles.
-- params: 3
-- rows: one
SELECT tenantd.grant_roles(COALESCE(NULLIF($1::text, ''), current_user)::text,
           COALESCE(NULLIF($2::text, ''), NULLIF($1::text, ''), current_user)::text,
           $3::text);
