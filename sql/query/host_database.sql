-- On a database server: which of the databases $1 and $2 are there, and how each is marked.
-- params: 2
-- rows: many
SELECT d.datname, shobj_description(d.oid, 'pg_database')
  FROM pg_database d WHERE d.datname IN ($1::text, $2::text);
