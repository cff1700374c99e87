#!/bin/sh
# schema.sh CONNINFO - prints the schema of a migrated database as sql/schema.sql has it:
# pg_dump without what differs between installations (owners, grants, versions).
#
#   sh tests/sql/schema.sh "host=… dbname=…" > sql/schema.sql
set -eu
[ $# -eq 1 ] || { echo "usage: schema.sh CONNINFO" >&2; exit 2; }
echo "-- The schema after the newest migration, as pg_dump prints it; made by tests/sql/schema.sh."
# is_control() is made for each installation's roles; \restrict carries a random key
dump=$(pg_dump --schema-only --no-owner --no-privileges --no-comments --schema=tenantd --schema=public "$1")
printf '%s\n' "$dump" |
	sed -e '/^--/d' -e '/^SET /d' -e '/^SELECT pg_catalog\.set_config/d' -e '/^\\\(un\)\{0,1\}restrict/d' \
	    -e '/^CREATE SCHEMA public;$/d' |
	awk '/^CREATE FUNCTION tenantd\.is_control\(\)/ { skip = 1 }
	     !skip { if (NF) { if (gap && lines) print ""; print; lines++; gap = 0 } else gap = 1 }
	     skip && /;$/ { skip = 0 }'
