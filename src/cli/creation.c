/* creation.c - see creation.h. */
#include "cli/creation.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/database.h"
#include "cli/input.h"
#include "cli/table.h"
#include "creation/engine.h"
#include "creation/means.h"
#include "creation/plan.h"
#include "creation/rehearse.h"
#include "creation/reveal.h"
#include "creation/show.h"
#include "flows/users.h"

enum { BODY_MAX = 64 * 1024, BAR = 30 };

/* -- what is asked -- */

static void
put_option(
    struct json_out *o, const struct args *a, const char *option, const char *name)
{
	if (args_value(a, option) != NULL)
		json_member_text(o, name, args_value(a, option));
}

/* Those of one list: "auth.2fa" is 2fa of auth. false: none is named. */
static bool
put_features(struct json_out *o, const char *const *said, const char *list)
{
	const size_t n = strlen(list);
	bool any = false;

	for (; *said != NULL; said++) {
		if (strncmp(*said, list, n) != 0 || (*said)[n] != '.')
			continue;
		if (!any) {
			json_name(o, list);
			json_open_array(o);
			any = true;
		}
		json_put_text(o, *said + n + 1);
	}
	if (any)
		json_close_array(o);
	return any;
}

static enum err
check_features(struct ctx *cx, const char *const *said)
{
	for (; *said != NULL; said++)
		if (strncmp(*said, "auth.", 5) != 0 &&
		    strncmp(*said, "email.", 6) != 0 &&
		    strncmp(*said, "storage.", 8) != 0)
			return err_tell(&cx->err, ERR_USAGE,
			    "\"%s\" is no feature: auth.NAME, storage.NAME or "
			    "email.NAME",
			    *said);
	return ERR_OK;
}

/* The options as the body of a request. */
static enum err
body_of(struct cli *c, const struct json **out)
{
	const struct args *a = c->args;
	const char *const *said = args_values(a, "feature", c->cx->mem);
	struct json_out o;
	struct buf b;
	enum err rc = check_features(c->cx, said);

	if (rc != ERR_OK)
		return rc;
	buf_init(&b, c->cx->mem, BODY_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	put_option(&o, a, "name", "name");
	put_option(&o, a, "slug", "slug");
	put_option(&o, a, "isolation", "isolation");
	put_option(&o, a, "plan", "planId");
	put_option(&o, a, "billing-cycle", "billingCycle");
	put_option(&o, a, "admin-email", "adminEmail");
	put_option(&o, a, "on-failure", "onFailure");
	json_name(&o, "features");
	json_open_object(&o);
	put_features(&o, said, "auth");
	put_features(&o, said, "storage");
	put_features(&o, said, "email");
	json_close_object(&o);
	if (args_value(a, "server") != NULL) {
		json_name(&o, "placement");
		json_open_object(&o);
		json_member_text(&o, "server", args_value(a, "server"));
		json_close_object(&o);
	}
	json_close_object(&o);
	return json_parse(c->cx, b.p, b.n, 0, out);
}

/* -- how far it is -- */

static void
show_progress(const struct creation_run *run)
{
	const char *at;
	int of, over = creation_run_progress(run, &of, &at), full;

	if (!isatty(STDERR_FILENO)) {
		fprintf(stderr, "%d/%d %s\n", over, of, at != NULL ? at : "done");
		return;
	}
	full = of > 0 ? over * BAR / of : BAR;
	fprintf(stderr, "\r[%.*s%*s] %d/%d %-20s", full,
	    "##############################", BAR - full, "", over, of,
	    at != NULL ? at : "done");
	if (at == NULL)
		fputc('\n', stderr);
}

/* -- the answer -- */

struct showing {
	struct creation_means *means;
	const char *operation_id;
	const struct json *secrets;
};

static enum err
reveal(struct ctx *cx, struct db *db, void *arg)
{
	struct showing *s = arg;

	(void)db;
	return creation_revealed(cx, s->means, s->operation_id, true, &s->secrets);
}

static enum err
print_made(struct cli *c, struct creation_means *means, const struct creation_run *run)
{
	static const char *const columns[] = {"id", "operation", "tenant"};
	struct showing s = {
	    .means = means, .operation_id = creation_run_operation(run)};
	struct json_out o;
	struct table t;
	struct buf b;
	enum err rc = db_transaction(c->cx, means->db, DB_MANAGEMENT, reveal, &s);

	if (rc != ERR_OK)
		return rc;
	buf_init(&b, c->cx->mem, BODY_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	rc = creation_put_tenant(c->cx, means->db, creation_run_tenant(run), &o);
	if (s.secrets != NULL) {
		json_name(&o, "secrets");
		json_put(&o, s.secrets);
	}
	json_close_object(&o);
	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	table_text(&t, creation_run_tenant(run));
	table_text(&t, creation_run_operation(run));
	table_json(&t, buf_text(&b));
	return table_print(c->cx, &t, TABLE_RECORD, args_flag(c->args, "json"), c->out);
}

/* A step's resources, each on a server or in a bucket of a name. */
static const char *
resources_of_step(struct cli *c, const struct rehearsal *r, const char *step)
{
	const char *text = NULL;

	for (int i = 0; i < r->resource_count; i++) {
		const struct resource *one = &r->resources[i];

		if (strcmp(one->step, step) == 0)
			text = arena_printf(c->cx->mem, "%s%s%s %s%s%s",
			    text != NULL ? text : "", text != NULL ? ", " : "",
			    one->kind, one->name, one->place[0] != '\0' ? " at " : "",
			    one->place);
	}
	return text;
}

static enum err
print_plan(struct cli *c, const struct rehearsal *r)
{
	static const char *const columns[] = {
	    "step", "outside", "resources", "skipped", "makes"};
	struct table t;

	if (!args_flag(c->args, "json"))
		fprintf(c->out, "%s\n\n", creation_plan_text(c->cx, &r->plan, NULL));
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = 0; i < creation_step_count; i++) {
		table_text(&t, creation_steps[i].name);
		table_bool(&t, creation_steps[i].act != NULL);
		table_text(&t, resources_of_step(c, r, creation_steps[i].name));
		table_text(&t, r->skipped[i]);
		table_text(&t, creation_steps[i].meaning);
	}
	return table_print(c->cx, &t, TABLE_ROWS, args_flag(c->args, "json"), c->out);
}

/* -- the run -- */

static enum err
tell_rest(struct cli *c, const struct creation_run *run, enum creation_outcome outcome)
{
	const char *step;
	const struct err_info *why = creation_run_failure(run, &step);

	if (outcome == CREATION_ROLLED_BACK && step != NULL)
		return err_tell(&c->cx->err, why->code,
		    "step \"%s\" failed, and all was taken back: %s", step,
		    err_public(why));
	if (outcome == CREATION_ROLLED_BACK)
		return err_tell(
		    &c->cx->err, ERR_CONFLICT, "the creation was cancelled");
	return err_tell(&c->cx->err, ERR_UNAVAILABLE,
	    "the operation is not done: see \"tenantd operation show %s\"",
	    creation_run_operation(run));
}

static enum err
make(struct cli *c, struct creation_means *means, const struct creation_order *order)
{
	enum creation_outcome outcome = CREATION_GOES_ON;
	struct creation_run *run;
	struct operation again;
	enum err rc = creation_begin(c->cx, means, order, &run, &again);

	while (rc == ERR_OK && outcome == CREATION_GOES_ON) {
		show_progress(run);
		rc = creation_turn(c->cx, run, &outcome);
	}
	if (rc != ERR_OK)
		return rc;
	show_progress(run);
	return outcome == CREATION_DONE ? print_made(c, means, run)
					: tell_rest(c, run, outcome);
}

static enum err
who(struct cli *c, struct db *db, struct creation_order *order)
{
	const char *name = args_value(c->args, "creator");
	struct user user;
	enum err rc;

	if (name == NULL)
		return err_tell(&c->cx->err, ERR_USAGE,
		    "--creator USER says who is to be the tenant's first "
		    "administrator; or name an ID for the new tenant");
	rc = user_named(c->cx, db, name, &user);
	if (rc == ERR_OK) {
		order->creator = user.id;
		order->creator_email = user.email;
	}
	return rc;
}

static enum err
go(struct cli *c, struct creation_means *means)
{
	struct creation_order order = {.address = ""};
	struct rehearsal rehearsal;
	const struct json *body;
	enum err rc = body_of(c, &body);

	if (rc == ERR_OK)
		rc = creation_plan_read(c->cx, c->conf, body, &order.plan);
	if (rc == ERR_OK && args_flag(c->args, "dry-run")) {
		rc = creation_rehearse(c->cx, means, &order, &rehearsal);
		return rc == ERR_OK ? print_plan(c, &rehearsal) : rc;
	}
	if (rc == ERR_OK)
		rc = who(c, means->db, &order);
	return rc == ERR_OK ? make(c, means, &order) : rc;
}

enum err
cli_create_tenant(struct cli *c)
{
	struct creation_means means = {.conf = c->conf};
	enum err rc = database_seal_keys(c->cx, c->conf, &means.keys);

	if (rc == ERR_OK)
		rc = database_audit(c->cx, c->conf, &means.audit);
	if (rc != ERR_OK)
		return rc;
	means.db = database_open(c->cx, c->conf, DATABASE_AS_SERVER);
	rc = creation_means_open(c->cx, &means);
	if (rc != ERR_OK)
		return rc;
	rc = go(c, &means);
	creation_means_close(&means);
	return input_name_faults(c->cx, rc);
}
