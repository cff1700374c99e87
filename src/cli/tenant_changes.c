/* tenant_changes.c - the commands by which operators see to tenants. */
#include <string.h>

#include "cli/cli.h"
#include "cli/creation.h"
#include "cli/database.h"
#include "cli/input.h"
#include "cli/table.h"
#include "crypto/secret.h"
#include "flows/steps.h"
#include "tenant/manage.h"

enum { KEY_SIZE = TENANT_KEY_MOST + 2, PROMPT_BYTES = 4 * TENANT_PROMPT_MOST };

/* One command on one tenant. */
struct errand {
	struct cli *c;
	struct tenant_desk desk;
	enum tenant_turn_kind turn;
	const char *prompt; /* what the file holds; NULL: none was named */
	struct slice key;   /* what was read; p NULL: nothing */
	struct tenant_managed now;
};

static const char *
id_of(const struct errand *e)
{
	return args_operand(e->c->args, 0);
}

static enum err
print_tenant(struct cli *c, const struct tenant_managed *t)
{
	static const char *const columns[] = {"id", "tenant", "name", "slug", "status",
	    "status_reason", "is_active", "plan", "system_prompt",
	    "pinecone_environment", "has_pinecone_api_key", "pinecone_api_key_last4",
	    "owner_id", "version", "created_at", "updated_at", "suspended_of",
	    "suspended_until"};
	struct table out;

	table_init(&out, c->cx->mem, columns, COUNT_OF(columns));
	table_text(&out, t->id);
	table_text(&out, t->number);
	table_text(&out, t->name);
	table_text(&out, t->slug);
	table_text(&out, t->status);
	table_text(&out, t->status_reason);
	table_bool(&out, t->active);
	table_text(&out, t->plan);
	table_text(&out, t->prompt);
	table_text(&out, t->environment);
	table_bool(&out, t->key_hint != NULL);
	table_text(&out, str_is_set(t->key_hint) ? t->key_hint : NULL);
	table_text(&out, t->owner_id);
	table_i64(&out, t->version);
	table_text(&out, t->created_at);
	table_text(&out, t->updated_at);
	table_text(&out, t->scopes);
	table_text(&out, t->suspended_until);
	return table_print(
	    c->cx, &out, TABLE_RECORD, args_flag(c->args, "json"), c->out);
}

static enum err
run(struct errand *e, db_transaction_fn *fn)
{
	struct cli *c = e->c;
	const struct seal_keys *keys;
	struct audit *audit;
	enum err rc = database_seal_keys(c->cx, c->conf, &keys);

	if (rc == ERR_OK)
		rc = database_audit(c->cx, c->conf, &audit);
	if (rc != ERR_OK)
		return rc;
	e->desk = (struct tenant_desk){.address = "",
	    .keys = keys,
	    .audit = audit,
	    .create_schemas = strcmp(c->conf->tenant_schemas, "create") == 0};
	rc = steps_transaction(c->cx, database_open(c->cx, c->conf, DATABASE_AS_SERVER),
	    DB_MANAGEMENT, fn, e);
	return rc == ERR_OK ? print_tenant(c, &e->now) : input_name_faults(c->cx, rc);
}

/* -- from status to status -- */

static enum err
turn(struct ctx *cx, struct db *db, void *arg)
{
	struct errand *e = arg;
	const bool suspends = e->turn == TENANT_SUSPEND;
	struct tenant_turn t = {
	    .kind = e->turn, .reason = args_value(e->c->args, "reason")};
	const char *const *words = NULL;
	size_t n = 0;
	enum err rc = tenant_managed_hold(cx, db, id_of(e), &e->now);

	if (rc == ERR_OK && suspends) {
		t.until = args_value(e->c->args, "until");
		words = args_values(e->c->args, "scope", cx->mem);
		while (words[n] != NULL)
			n++;
		rc = tenant_scopes_take(cx, words, n, &t.scopes);
	}
	return rc == ERR_OK ? tenant_managed_turn(cx, db, &e->desk, &t, &e->now) : rc;
}

enum err
command_tenant_suspend(struct cli *c)
{
	struct errand e = {.c = c, .turn = TENANT_SUSPEND};

	return run(&e, turn);
}

enum err
command_tenant_resume(struct cli *c)
{
	struct errand e = {.c = c, .turn = TENANT_RESUME};

	return run(&e, turn);
}

enum err
command_tenant_deactivate(struct cli *c)
{
	struct errand e = {.c = c, .turn = TENANT_DEACTIVATE};

	return run(&e, turn);
}

/* -- made and changed -- */

/* Over what is there. */
static void
read_wish(const struct errand *e, struct tenant_wish *w)
{
	const struct args *a = e->c->args;
	const char *v;

	if ((v = args_value(a, "name")) != NULL)
		w->name = v;
	if ((v = args_value(a, "slug")) != NULL)
		w->slug = v;
	if ((v = args_value(a, "pinecone-environment")) != NULL)
		w->environment = v;
	if (e->prompt != NULL)
		w->prompt = e->prompt;
	if (e->key.p != NULL) {
		w->key_wish = TENANT_KEY_IS;
		w->key = e->key;
	}
}

static enum err
create(struct ctx *cx, struct db *db, void *arg)
{
	struct errand *e = arg;
	struct tenant_wish wish = {
	    .id = id_of(e), .active = !args_flag(e->c->args, "inactive")};

	read_wish(e, &wish);
	return tenant_managed_create(cx, db, &e->desk, &wish, &e->now);
}

static enum err
update(struct ctx *cx, struct db *db, void *arg)
{
	struct errand *e = arg;
	const struct args *a = e->c->args;
	struct tenant_wish wish;
	enum err rc = tenant_managed_hold(cx, db, id_of(e), &e->now);

	if (rc != ERR_OK)
		return rc;
	wish = tenant_wish_of(&e->now);
	read_wish(e, &wish);
	if (args_flag(a, "no-pinecone-environment"))
		wish.environment = NULL;
	if (args_flag(a, "no-system-prompt"))
		wish.prompt = NULL;
	if (args_flag(a, "no-pinecone-api-key"))
		wish.key_wish = TENANT_KEY_GOES;
	return tenant_managed_update(cx, db, &e->desk, &wish, &e->now);
}

static enum err
run_with_input(struct cli *c, db_transaction_fn *fn)
{
	const char *file = args_value(c->args, "system-prompt-file");
	struct errand e = {.c = c};
	char key[KEY_SIZE];
	enum err rc = ERR_OK;

	if (file != NULL)
		rc = input_file(c->cx, "system prompt", file, PROMPT_BYTES, &e.prompt);
	if (rc == ERR_OK && args_flag(c->args, "pinecone-api-key-stdin")) {
		rc = input_line(c->cx, "key", key, sizeof(key), &e.key.n);
		e.key.p = key;
	}
	if (rc == ERR_OK)
		rc = run(&e, fn);
	secret_cleanse(key, sizeof(key));
	return rc;
}

/* Which options go with an ID, and which without one. */
static enum err
check_way(struct cli *c, bool platform)
{
	static const char *const own[] = {"pinecone-environment", "system-prompt-file",
	    "pinecone-api-key-stdin", "inactive"};
	static const char *const others[] = {"creator", "isolation", "server", "plan",
	    "billing-cycle", "feature", "admin-email", "on-failure", "dry-run"};
	const char *const *names = platform ? own : others;
	const size_t n = platform ? COUNT_OF(own) : COUNT_OF(others);

	for (size_t i = 0; i < n; i++)
		if (args_flag(c->args, names[i]) ||
		    args_value(c->args, names[i]) != NULL)
			return err_tell(&c->cx->err, ERR_USAGE, "--%s goes %s an ID",
			    names[i], platform ? "with" : "without");
	return ERR_OK;
}

enum err
command_tenant_create(struct cli *c)
{
	const bool platform = args_operand(c->args, 0) == NULL;
	enum err rc = check_way(c, platform);

	if (rc != ERR_OK)
		return rc;
	return platform ? cli_create_tenant(c) : run_with_input(c, create);
}

enum err
command_tenant_update(struct cli *c)
{
	return run_with_input(c, update);
}
