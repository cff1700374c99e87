/* server_address.c - the command that says where applications reach a database server.
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/database.h"
#include "cli/table.h"
#include "database/servers.h"

enum { PORT_MOST = 65535 };

struct address {
	const char *id, *host, *port; /* NULL: as we reach it */
};

static enum err
set(struct ctx *cx, struct db *db, void *arg)
{
	const struct address *a = arg;
	struct database_server now;
	enum err rc = server_hold(cx, db, a->id, &now);

	return rc == ERR_OK
	    ? db_queue(cx, db, STMT_server_set_public, DB_ARGS(a->id, a->host, a->port))
	    : rc;
}

static enum err
read_address(struct cli *c, struct address *out)
{
	static const int64_t ports[] = {1, PORT_MOST};
	const char *host = args_value(c->args, "host");
	int64_t port = 0;
	enum err rc = args_number(c->cx, c->args, "port", ports, &port);

	*out = (struct address){.id = args_operand(c->args, 0), .host = host};
	if (rc == ERR_OK && args_flag(c->args, "none") == (host != NULL || port != 0))
		rc = err_tell(&c->cx->err, ERR_USAGE,
		    "either --host or --port is given, or --none");
	if (rc == ERR_OK && host != NULL &&
	    (strlen(host) > 253 || *host == '\0' ||
		strspn(host,
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:"
		    "-") != strlen(host)))
		rc = err_tell(&c->cx->err, ERR_INVALID,
		    "\"%.300s\" is neither a host's name nor an address", host);
	if (rc == ERR_OK && port != 0)
		out->port = arena_printf(c->cx->mem, "%d", (int)port);
	return rc;
}

enum err
command_server_address(struct cli *c)
{
	static const char *const columns[] = {"id", "public_host", "public_port"};
	struct address a;
	struct table t;
	enum err rc = read_address(c, &a);

	if (rc == ERR_OK)
		rc = db_transaction(c->cx,
		    database_open(c->cx, c->conf, DATABASE_AS_SERVER), DB_MANAGEMENT,
		    set, &a);
	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	table_text(&t, a.id);
	table_text(&t, a.host);
	table_text(&t, a.port);
	return table_print(c->cx, &t, TABLE_RECORD, args_flag(c->args, "json"), c->out);
}
