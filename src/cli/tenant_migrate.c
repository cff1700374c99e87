/* tenant_migrate.c - the command that brings tenants' databases to the base that new
 * ones begin with. */
#include <inttypes.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/database.h"
#include "cli/table.h"
#include "database/upgrade.h"

enum { PAGE = 200, TENANT_MEMORY = 4 * 1024 * 1024, BAR = 40, EXIT_FAILED = 70 };

struct upgrading {
	struct cli *c;
	struct databases *d;
	struct base base;
	struct table rows;
	int64_t done, all, failed;
	bool json, terminal;
};

static void
close_databases(void *d)
{
	databases_free(d);
}

/* On a terminal a bar, which the next line overwrites; else a line for each. */
static void
tell_progress(const struct upgrading *u, const struct upgrade_place *at, int applied,
    const char *why)
{
	const int full = u->all > 0 ? (int)(BAR * u->done / u->all) : BAR;

	if (u->json)
		return;
	if (u->terminal) {
		fprintf(stderr, "\r[%.*s%*s] %" PRId64 " of %" PRId64 "%s", full,
		    "########################################", BAR - full, "", u->done,
		    u->all, u->done == u->all ? "\n" : "");
		if (why == NULL)
			return;
	}
	fprintf(u->c->out, "%s: %s\n", at->tenant_id,
	    why != NULL ? table_printable(u->c->cx->mem, why)
			: arena_printf(u->c->cx->mem, "%d applied", applied));
	(void)fflush(u->c->out);
}

static void
put_row(
    struct upgrading *u, const struct upgrade_place *at, int applied, const char *why)
{
	struct arena *mem = u->c->cx->mem;

	table_text(&u->rows, arena_strdup(mem, at->tenant_id));
	table_text(
	    &u->rows, *at->server != '\0' ? arena_strdup(mem, at->server) : NULL);
	table_text(&u->rows, arena_strdup(mem, at->name));
	table_i64(&u->rows, applied);
	table_text(&u->rows, why);
}

/* One that fails does not keep the others from it. */
static void
upgrade_one(struct upgrading *u, const struct upgrade_place *at)
{
	struct arena *mem = arena_new(TENANT_MEMORY);
	const char *why = NULL;
	struct ctx cx;
	int applied;

	ctx_init(&cx, mem);
	cx.actor = u->c->cx->actor;
	u->done++;
	if (upgrade_apply(&cx, u->d, &u->base, at, &applied) != ERR_OK) {
		u->failed++;
		applied = 0;
		why = arena_strdup(u->c->cx->mem,
		    cx.err.detail[0] != '\0' ? cx.err.detail : cx.err.message);
	}
	tell_progress(u, at, applied, why);
	if (u->json)
		put_row(u, at, applied, why);
	arena_free(mem);
}

static enum err
upgrade_all(struct upgrading *u)
{
	struct upgrade_page page = {.limit = PAGE};
	struct arena *mem = arena_new(TENANT_MEMORY), *last = NULL;
	struct ctx cx;
	enum err rc = upgrade_count(u->c->cx, u->d, &u->all);

	ctx_init(&cx, mem);
	do {
		if (rc == ERR_OK)
			rc = upgrade_list(&cx, u->d, &page);
		for (int i = 0; rc == ERR_OK && i < page.count; i++)
			upgrade_one(u, &page.list[i]);
		if (rc != ERR_OK || page.count < PAGE)
			break;
		page.after = page.list[page.count - 1].tenant_id;
		if (last != NULL)
			arena_free(last);
		last = mem;
		mem = arena_new(TENANT_MEMORY);
		cx.mem = mem;
	} while (true);
	if (rc != ERR_OK && cx.err.code != ERR_OK)
		u->c->cx->err = cx.err;
	if (last != NULL)
		arena_free(last);
	arena_free(mem);
	return rc;
}

static enum err
upgrade_that(struct upgrading *u, const char *id)
{
	struct upgrade_place at;
	enum err rc = upgrade_find(u->c->cx, u->d, id, &at);

	u->all = 1;
	if (rc == ERR_OK)
		upgrade_one(u, &at);
	return rc;
}

static enum err
report(struct upgrading *u)
{
	struct cli *c = u->c;

	if (u->failed > 0)
		c->status = EXIT_FAILED;
	if (u->json)
		return table_print(c->cx, &u->rows, TABLE_ROWS, true, c->out);
	fprintf(c->out, "%" PRId64 " tenants looked at, %" PRId64 " failed\n", u->done,
	    u->failed);
	return ERR_OK;
}

enum err
command_tenant_migrate(struct cli *c)
{
	static const char *const columns[] = {
	    "tenant_id", "server", "name", "applied", "error"};
	struct upgrading u = {.c = c,
	    .json = args_flag(c->args, "json"),
	    .terminal = isatty(STDERR_FILENO) == 1};
	const char *id = args_operand(c->args, 0);
	const struct seal_keys *keys;
	enum err rc;

	if ((id != NULL) == args_flag(c->args, "all"))
		return err_tell(
		    &c->cx->err, ERR_USAGE, "either a tenant is named, or --all");
	rc = database_seal_keys(c->cx, c->conf, &keys);
	if (rc == ERR_OK)
		rc = base_load(c->cx, c->conf, &u.base);
	if (rc != ERR_OK)
		return rc;
	u.d = databases_new(c->conf, keys);
	arena_defer(c->cx->mem, close_databases, u.d);
	table_init(&u.rows, c->cx->mem, columns, COUNT_OF(columns));
	rc = id != NULL ? upgrade_that(&u, id) : upgrade_all(&u);
	return rc == ERR_OK ? report(&u) : rc;
}
