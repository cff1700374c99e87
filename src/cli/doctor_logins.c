/* doctor_logins.c - where tenants' login roles may connect to beside their own
 * databases: what a database lets everybody do is its owner's to say, and not ours. */
#include <inttypes.h>
#include <string.h>

#include "cli/doctor.h"
#include "database/databases.h"

enum { SERVERS_MOST = 1000 };

static void
judge(struct doctor *d, const char *server, const struct db_rows *rows)
{
	const char *open = db_text(rows, 0, 0);
	const int64_t roles = db_i64(rows, 0, 1);

	if (*open == '\0')
		doctor_find(d, DOCTOR_OK, NULL,
		    "on %s each of the %" PRId64
		    " reaches its own tenant's database alone",
		    server, roles);
	else
		doctor_find(d, DOCTOR_WARNING,
		    arena_printf(d->cx->mem,
			"as their owner, GRANT CONNECT to the roles that need it, and "
			"then: REVOKE CONNECT ON DATABASE %s FROM PUBLIC",
			open),
		    "on %s every role may connect to %s, and so may tenants'", server,
		    open);
}

static void
check_server(struct doctor *d, struct databases *from, const struct database_server *s)
{
	const char *what = arena_printf(d->cx->mem, "database server \"%s\"", s->id);
	struct db_rows *rows;
	struct db *host;
	enum err rc = databases_host(d->cx, from, s, &host);

	if (rc == ERR_OK)
		rc = db_read(d->cx, host, DB_MANAGEMENT,
		    DB_CALL_BARE(STMT_login_open_databases), &rows);
	if (rc == ERR_OK)
		judge(d, what, rows);
	else
		doctor_find_error(d,
		    arena_printf(
			d->cx->mem, "look at it: tenantd server show %s", s->id));
}

/* Of tenants that have a schema, on the control plane's own server. */
static void
check_own(struct doctor *d)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(d->cx, d->db, DB_MANAGEMENT, DB_CALL_BARE(STMT_login_own), &rows);

	if (rc == ERR_OK && db_i64(rows, 0, 0) == 0)
		return;
	if (rc == ERR_OK)
		rc = db_read(d->cx, d->db, DB_MANAGEMENT,
		    DB_CALL_BARE(STMT_login_open_databases), &rows);
	if (rc == ERR_OK)
		judge(d, "the server's own PostgreSQL", rows);
	else
		doctor_find_error(d, NULL);
}

void
doctor_check_logins(struct doctor *d)
{
	struct server_page page = {.limit = SERVERS_MOST};
	const struct seal_keys *keys;
	struct databases *from;

	d->check = "tenant logins";
	if (database_seal_keys(d->cx, d->conf, &keys) != ERR_OK ||
	    servers_list(d->cx, d->db, &page) != ERR_OK) {
		doctor_find_error(d, NULL);
		return;
	}
	from = databases_new(d->conf, keys);
	for (int i = 0; i < page.count; i++)
		if (strcmp(page.list[i].state, "off") != 0)
			check_server(d, from, &page.list[i]);
	databases_free(from);
	check_own(d);
}
