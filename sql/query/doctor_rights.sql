-- Rights that the migrations grant to the server role and this role lacks.
-- params: 0
-- rows: many
WITH wanted AS (
  SELECT relation, item,
         split_part(item, ' (', 1) AS privilege,
         regexp_split_to_table(
             coalesce(substring(item FROM '\((.*)\)'), ''), ',\s*') AS column_name
    FROM tenantd.server_rights,
         regexp_split_to_table(privileges, ',\s*(?![^()]*\))') AS item
)
SELECT relation, string_agg(item, ', ' ORDER BY item)
  FROM wanted
 WHERE NOT CASE WHEN column_name = ''
           THEN has_table_privilege(relation, privilege)
           ELSE has_column_privilege(relation, column_name, privilege) END
 GROUP BY relation
 ORDER BY relation;
