/* tenants.c - the commands that look tenants up. */
#include <inttypes.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "cli/table.h"
#include "tenant/directory.h"
#include "json/json.h"

enum { LIST_DEFAULT = 50, LIST_MOST = 10000, TALLIES_MAX = 1024 * 1024 };

static enum err
print_table(struct cli *c, const struct table *t, enum table_shape shape)
{
	return table_print(c->cx, t, shape, args_flag(c->args, "json"), c->out);
}

enum err
command_tenant_list(struct cli *c)
{
	static const char *const columns[] = {"id", "slug", "name", "status", "plan",
	    "isolation", "owner_id", "partner_id", "created_at"};
	static const int64_t range[] = {1, LIST_MOST};
	int64_t limit = LIST_DEFAULT;
	struct tenant_query q = {.after = args_value(c->args, "after"),
	    .status = args_value(c->args, "status"),
	    .plan = args_value(c->args, "plan"),
	    .isolation = args_value(c->args, "isolation"),
	    .part = args_value(c->args, "search")};
	struct tenant_entry *list;
	struct table t;
	int count;
	enum err rc = args_number(c->cx, c->args, "limit", range, &limit);

	q.limit = (int)limit;
	if (rc == ERR_OK)
		rc = tenant_list(c->cx,
		    database_open(c->cx, c->conf, DATABASE_AS_SERVER), &q, &list,
		    &count);
	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = 0; i < count; i++) {
		table_text(&t, list[i].id);
		table_text(&t, list[i].slug);
		table_text(&t, list[i].name);
		table_text(&t, list[i].status);
		table_text(&t, list[i].plan);
		table_text(&t, list[i].isolation);
		table_text(&t, list[i].owner_id);
		table_text(&t, list[i].partner_id);
		table_text(&t, list[i].created_at);
	}
	rc = print_table(c, &t, TABLE_ROWS);
	if (rc == ERR_OK && count == q.limit && !args_flag(c->args, "json"))
		fprintf(c->out, "\nthere may be more: --after %s\n",
		    table_printable(c->cx->mem, list[count - 1].id));
	return rc;
}

enum err
command_tenant_count(struct cli *c)
{
	static const char *const columns[] = {"status", "count"};
	struct tenant_tally *list;
	struct table t;
	int64_t total = 0;
	int count;
	enum err rc = tenant_count(
	    c->cx, database_open(c->cx, c->conf, DATABASE_AS_SERVER), &list, &count);

	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = 0; i < count; i++) {
		table_text(&t, list[i].what);
		table_i64(&t, list[i].count);
		total += list[i].count;
	}
	if (!args_flag(c->args, "json")) {
		table_text(&t, "total");
		table_i64(&t, total);
	}
	return print_table(c, &t, TABLE_ROWS);
}

/* For people: "member owner 1, event tenant.created 2". */
static const char *
tallies_as_text(struct ctx *cx, const struct tenant_overview *o)
{
	struct buf b;

	buf_init(&b, cx->mem, TALLIES_MAX);
	for (int i = 0; i < o->tally_count; i++)
		buf_printf(&b, "%s%s %s: %" PRId64, i > 0 ? ", " : "",
		    o->tallies[i].what, o->tallies[i].kind, o->tallies[i].count);
	return b.n > 0 ? buf_text(&b) : NULL;
}

static const char *
tallies_as_json(struct ctx *cx, const struct tenant_overview *o)
{
	struct json_out out;
	struct buf b;

	buf_init(&b, cx->mem, TALLIES_MAX);
	json_out_init(&out, &b);
	json_open_array(&out);
	for (int i = 0; i < o->tally_count; i++) {
		json_open_object(&out);
		json_member_text(&out, "what", o->tallies[i].what);
		json_member_text(&out, "kind", o->tallies[i].kind);
		json_member_i64(&out, "count", o->tallies[i].count);
		json_close_object(&out);
	}
	json_close_array(&out);
	return buf_text(&b);
}

static void
put_overview(struct cli *c, const struct tenant_overview *o, struct table *t)
{
	const struct tenant *tenant = &o->tenant;

	table_text(t, tenant->id);
	table_text(t, tenant->number);
	table_text(t, tenant->slug);
	table_text(t, tenant->name);
	table_text(t, tenant->status);
	table_text(t, o->status_reason);
	table_text(t, tenant->plan);
	table_text(t, tenant->billing_cycle);
	table_text(t, tenant->onboarding_status);
	table_text(t, tenant->isolation);
	table_text(t, tenant->schema_name);
	table_text(t, o->owner_id);
	table_text(t, o->partner_id);
	table_text(t, o->external_id);
	table_bool(t, o->registered);
	table_bool(t, tenant->rls_enabled);
	table_json(t, tenant->features);
	table_i64(t, tenant->version);
	table_text(t, tenant->created_at);
	table_text(t, tenant->updated_at);
	if (args_flag(c->args, "json"))
		table_json(t, tallies_as_json(c->cx, o));
	else
		table_text(t, tallies_as_text(c->cx, o));
}

enum err
command_tenant_show(struct cli *c)
{
	static const char *const columns[] = {"id", "tenant", "slug", "name", "status",
	    "status_reason", "plan", "billing_cycle", "onboarding_status", "isolation",
	    "schema_name", "owner_id", "partner_id", "external_id", "registered",
	    "rls_enabled", "features", "version", "created_at", "updated_at", "counts"};
	struct tenant_overview o;
	struct table t;
	enum err rc =
	    tenant_show(c->cx, database_open(c->cx, c->conf, DATABASE_AS_SERVER),
		args_operand(c->args, 0), &o);

	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	put_overview(c, &o, &t);
	return print_table(c, &t, TABLE_RECORD);
}
