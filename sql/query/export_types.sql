-- What there is to export: the tables, and as what a row of each is told.
-- params: 0
-- rows: many
SELECT e.relation, e.type FROM tenantd.exports e WHERE e.type IS NOT NULL AND to_regclass(e.relation) IS NOT NULL ORDER BY e.place;
