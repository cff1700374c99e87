/* partners.c - the commands about partners. */
#include "cli/partners.h"

#include "cli/database.h"
#include "cli/input.h"
#include "partner/manage.h"

static const char *const columns[] = {"id", "name", "status", "status_reason",
    "contact_email", "tenant_quota", "rate_read", "rate_write", "version", "created_at",
    "updated_at", "tenants_used"};

enum { LISTED = COUNT_OF(columns) - 1 };

static void
put_number(struct table *t, int64_t v, int64_t none)
{
	if (v == none)
		table_text(t, NULL);
	else
		table_i64(t, v);
}

static void
put_partner(struct table *t, const struct partner *p)
{
	table_text(t, p->id);
	table_text(t, p->name);
	table_text(t, p->status);
	table_text(t, p->status_reason);
	table_text(t, p->contact_email);
	put_number(t, p->tenant_quota, PARTNER_NO_QUOTA);
	put_number(t, p->rate_read, 0);
	put_number(t, p->rate_write, 0);
	table_i64(t, p->version);
	table_text(t, p->created_at);
	table_text(t, p->updated_at);
}

static enum err
print_partner(struct cli *c, const struct partner *p)
{
	struct table t;

	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	put_partner(&t, p);
	table_i64(&t, p->tenants);
	return table_print(c->cx, &t, TABLE_RECORD, args_flag(c->args, "json"), c->out);
}

/* -- looked up -- */

enum err
partners_limit(struct cli *c, int *out)
{
	static const int64_t range[] = {1, PARTNERS_LIST_MOST};
	int64_t limit = PARTNERS_LIST_DEFAULT;
	enum err rc = args_number(c->cx, c->args, "limit", range, &limit);

	*out = (int)limit;
	return rc;
}

enum err
partners_print_list(struct cli *c, const struct table *t, bool full, const char *last)
{
	const bool json = args_flag(c->args, "json");
	enum err rc = table_print(c->cx, t, TABLE_ROWS, json, c->out);

	if (rc == ERR_OK && full && !json)
		fprintf(c->out, "\nthere may be more: --after %s\n",
		    table_printable(c->cx->mem, last));
	return rc;
}

enum err
command_partner_list(struct cli *c)
{
	struct partner_page page = {.after = args_value(c->args, "after"),
	    .part = args_value(c->args, "search"),
	    .status = args_value(c->args, "status")};
	struct table t;
	enum err rc = partners_limit(c, &page.limit);

	if (rc == ERR_OK)
		rc = partners_list(
		    c->cx, database_open(c->cx, c->conf, DATABASE_AS_SERVER), &page);
	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, LISTED);
	for (int i = 0; i < page.count; i++)
		put_partner(&t, &page.list[i]);
	return partners_print_list(c, &t, page.count == page.limit,
	    page.count > 0 ? page.list[page.count - 1].id : "");
}

enum err
command_partner_show(struct cli *c)
{
	struct partner p;
	enum err rc =
	    partner_show(c->cx, database_open(c->cx, c->conf, DATABASE_AS_SERVER),
		args_operand(c->args, 0), &p);

	return rc == ERR_OK ? print_partner(c, &p) : rc;
}

/* -- changed -- */

struct errand {
	const struct args *args;
	struct partner_desk desk;
	struct partner_wish wish; /* of a new one */
	struct partner now;
};

static enum err
run(struct cli *c, struct errand *e, db_transaction_fn *fn)
{
	enum err rc = database_audit(c->cx, c->conf, &e->desk.audit);

	e->args = c->args;
	e->desk.address = "";
	if (rc == ERR_OK)
		rc = db_transaction(c->cx,
		    database_open(c->cx, c->conf, DATABASE_AS_SERVER), DB_MANAGEMENT,
		    fn, e);
	return rc == ERR_OK ? print_partner(c, &e->now) : input_name_faults(c->cx, rc);
}

/* What the options say, over what is there. */
static enum err
read_wish(struct ctx *cx, const struct args *a, struct partner_wish *w)
{
	static const int64_t quota[] = {0, PARTNER_QUOTA_MOST},
			     rate[] = {1, PARTNER_RATE_MOST};
	const char *name = args_value(a, "name"), *email;
	enum err rc;

	if (name != NULL)
		w->name = name;
	if ((email = args_value(a, "contact-email")) != NULL)
		w->contact_email = email;
	rc = args_number(cx, a, "tenant-quota", quota, &w->tenant_quota);
	if (rc == ERR_OK)
		rc = args_number(cx, a, "rate-read", rate, &w->rate_read);
	return rc == ERR_OK ? args_number(cx, a, "rate-write", rate, &w->rate_write)
			    : rc;
}

static enum err
create(struct ctx *cx, struct db *db, void *arg)
{
	struct errand *e = arg;

	return partner_create(cx, db, &e->desk, &e->wish, &e->now);
}

enum err
command_partner_create(struct cli *c)
{
	struct errand e = {
	    .wish = {.id = args_operand(c->args, 0), .tenant_quota = PARTNER_NO_QUOTA}};
	enum err rc = read_wish(c->cx, c->args, &e.wish);

	return rc == ERR_OK ? run(c, &e, create) : rc;
}

static enum err
set(struct ctx *cx, struct db *db, void *arg)
{
	struct errand *e = arg;
	struct partner_wish w;
	enum err rc = partner_hold(cx, db, args_operand(e->args, 0), &e->now);

	if (rc != ERR_OK)
		return rc;
	w = partner_wish_of(&e->now);
	if ((rc = read_wish(cx, e->args, &w)) != ERR_OK)
		return rc;
	if (args_flag(e->args, "no-contact-email"))
		w.contact_email = NULL;
	if (args_flag(e->args, "no-tenant-quota"))
		w.tenant_quota = PARTNER_NO_QUOTA;
	if (args_flag(e->args, "no-rate-read"))
		w.rate_read = 0;
	if (args_flag(e->args, "no-rate-write"))
		w.rate_write = 0;
	return partner_update(cx, db, &e->desk, &w, &e->now);
}

enum err
command_partner_set(struct cli *c)
{
	struct errand e = {0};

	return run(c, &e, set);
}

static enum err
suspend(struct ctx *cx, struct db *db, void *arg)
{
	struct errand *e = arg;
	enum err rc = partner_hold(cx, db, args_operand(e->args, 0), &e->now);

	return rc == ERR_OK
	    ? partner_suspend(cx, db, &e->desk, args_value(e->args, "reason"), &e->now)
	    : rc;
}

enum err
command_partner_suspend(struct cli *c)
{
	struct errand e = {0};

	return run(c, &e, suspend);
}

static enum err
resume(struct ctx *cx, struct db *db, void *arg)
{
	struct errand *e = arg;
	enum err rc = partner_hold(cx, db, args_operand(e->args, 0), &e->now);

	return rc == ERR_OK ? partner_resume(cx, db, &e->desk, &e->now) : rc;
}

enum err
command_partner_resume(struct cli *c)
{
	struct errand e = {0};

	return run(c, &e, resume);
}
