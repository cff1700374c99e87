/* keys.c - the commands about API keys: partners' and tenants'. */
#include "apikey/apikey.h"
#include "cli/database.h"
#include "cli/input.h"
#include "cli/partners.h"
#include "partner/partner.h"
#include "tenant/tenant.h"

static const char *const columns[] = {"id", "name", "prefix", "scopes", "created_by",
    "created_at", "expires_at", "last_used_at", "revoked_at", "previous_secret_until",
    "secret"};

enum { LISTED = COUNT_OF(columns) - 1 };

static void
put_key(struct table *t, const struct apikey *k)
{
	table_text(t, k->id);
	table_text(t, k->name);
	table_text(t, k->prefix);
	table_json(t, k->scopes);
	table_text(t, k->created_by);
	table_text(t, k->created_at);
	table_text(t, k->expires_at);
	table_text(t, k->last_used_at);
	table_text(t, k->revoked_at);
	table_text(t, k->previous_until);
}

static enum err
print_key(struct cli *c, const struct apikey *k)
{
	struct table t;

	table_init(&t, c->cx->mem, columns,
	    k->secret != NULL ? (int)COUNT_OF(columns) : LISTED);
	put_key(&t, k);
	if (k->secret != NULL)
		table_text(&t, k->secret);
	return table_print(c->cx, &t, TABLE_RECORD, args_flag(c->args, "json"), c->out);
}

enum owner { OWNER_UNSET, OWNER_PARTNER, OWNER_TENANT };

/* The first operand names whose they are: a partner's id; a tenant's, or its slug. */
static enum err
find_owner(struct cli *c, struct db *db, enum owner owner, struct apikey_site *site)
{
	const char *name = args_operand(c->args, 0);
	struct tenant_reach tenant;
	struct partner partner;
	bool found = false;
	enum err rc;

	if (owner == OWNER_PARTNER) {
		site->partner_id = name;
		rc = partner_find(c->cx, db, name, &partner, &found);
		return rc == ERR_OK && !found ? partner_not_there(c->cx, name) : rc;
	}
	rc = tenant_reach(c->cx, db, slice_of(name), "", &tenant);
	if (rc == ERR_OK && tenant.id == NULL)
		rc = err_tell(
		    &c->cx->err, ERR_NOT_FOUND, "there is no tenant \"%.200s\"", name);
	site->tenant_id = tenant.id;
	return rc;
}

static enum err
list_keys(struct cli *c, enum owner owner)
{
	struct apikey_site site = {0};
	struct db *db = database_open(c->cx, c->conf, DATABASE_AS_SERVER);
	struct apikey_page page = {.after = args_value(c->args, "after")};
	struct table t;
	enum err rc = partners_limit(c, &page.limit);

	if (rc == ERR_OK)
		rc = find_owner(c, db, owner, &site);
	if (rc == ERR_OK)
		rc = apikeys_list(c->cx, db, &site, &page);
	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, LISTED);
	for (int i = 0; i < page.count; i++)
		put_key(&t, &page.list[i]);
	return partners_print_list(c, &t, page.count == page.limit,
	    page.count > 0 ? page.list[page.count - 1].id : "");
}

/* -- changed -- */

struct errand {
	const struct args *args;
	struct apikey_site site;
	struct apikey_draft draft;
	int keep_hours;
	struct apikey now;
};

static enum err
run(struct cli *c, enum owner owner, struct errand *e, db_transaction_fn *fn)
{
	struct db *db = database_open(c->cx, c->conf, DATABASE_AS_SERVER);
	enum err rc = database_audit(c->cx, c->conf, &e->site.audit);

	e->args = c->args;
	e->site.address = "";
	if (rc == ERR_OK)
		rc = find_owner(c, db, owner, &e->site);
	if (rc == ERR_OK)
		rc = db_transaction(c->cx, db,
		    e->site.tenant_id != NULL ? e->site.tenant_id : DB_MANAGEMENT, fn,
		    e);
	return rc == ERR_OK ? print_key(c, &e->now) : input_name_faults(c->cx, rc);
}

static enum err
create(struct ctx *cx, struct db *db, void *arg)
{
	struct errand *e = arg;

	return apikey_create(cx, db, &e->site, &e->draft, &e->now);
}

static enum err
create_key(struct cli *c, enum owner owner)
{
	static const int64_t range[] = {1, APIKEY_DAYS_MOST};
	struct errand e = {.draft = {.name = args_value(c->args, "name"),
			       .scopes = args_values(c->args, "scope", c->cx->mem)}};
	int64_t days = 0;
	enum err rc = args_number(c->cx, c->args, "expires-in-days", range, &days);

	if (e.draft.scopes[0] == NULL && owner == OWNER_PARTNER)
		e.draft.scopes = NULL;
	if (days > 0)
		e.draft.expires_at = apikey_expiry(c->cx, days);
	return rc == ERR_OK ? run(c, owner, &e, create) : rc;
}

static enum err
hold(struct ctx *cx, struct db *db, struct errand *e)
{
	return apikey_hold(cx, db, &e->site, args_operand(e->args, 1), &e->now);
}

static enum err
rotate(struct ctx *cx, struct db *db, void *arg)
{
	struct errand *e = arg;
	enum err rc = hold(cx, db, e);

	return rc == ERR_OK ? apikey_rotate(cx, db, &e->site, e->keep_hours, &e->now)
			    : rc;
}

static enum err
rotate_key(struct cli *c, enum owner owner)
{
	static const int64_t range[] = {0, APIKEY_KEEP_HOURS_MOST};
	struct errand e = {0};
	int64_t hours = APIKEY_KEEP_HOURS;
	enum err rc = args_number(c->cx, c->args, "keep-hours", range, &hours);

	e.keep_hours = (int)hours;
	return rc == ERR_OK ? run(c, owner, &e, rotate) : rc;
}

static enum err
revoke(struct ctx *cx, struct db *db, void *arg)
{
	struct errand *e = arg;
	enum err rc = hold(cx, db, e);

	return rc == ERR_OK ? apikey_revoke(cx, db, &e->site, &e->now) : rc;
}

static enum err
revoke_key(struct cli *c, enum owner owner)
{
	struct errand e = {0};

	return run(c, owner, &e, revoke);
}

/* -- the commands -- */

enum err
command_partner_key_list(struct cli *c)
{
	return list_keys(c, OWNER_PARTNER);
}

enum err
command_tenant_key_list(struct cli *c)
{
	return list_keys(c, OWNER_TENANT);
}

enum err
command_partner_key_create(struct cli *c)
{
	return create_key(c, OWNER_PARTNER);
}

enum err
command_tenant_key_create(struct cli *c)
{
	return create_key(c, OWNER_TENANT);
}

enum err
command_partner_key_rotate(struct cli *c)
{
	return rotate_key(c, OWNER_PARTNER);
}

enum err
command_tenant_key_rotate(struct cli *c)
{
	return rotate_key(c, OWNER_TENANT);
}

enum err
command_partner_key_revoke(struct cli *c)
{
	return revoke_key(c, OWNER_PARTNER);
}

enum err
command_tenant_key_revoke(struct cli *c)
{
	return revoke_key(c, OWNER_TENANT);
}
