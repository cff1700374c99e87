/* setup_do.c - what setup does where something is missing; see setup.h. */
#include <string.h>

#include "cli/input.h"
#include "cli/setup.h"
#include "crypto/secret.h"
#include "flows/steps.h"
#include "flows/users.h"
#include "tenant/manage.h"

/* -- users -- */

static enum err
open_desk(struct setup *s, struct user_desk *out)
{
	*out = (struct user_desk){.address = ""};
	return database_audit(s->c->cx, s->conf, &out->audit);
}

static enum err
make_superuser(struct setup *s, const char *password, size_t n)
{
	const struct user_draft draft = {.email = s->admin,
	    .password = password,
	    .password_n = n,
	    .superuser = true,
	    .trusted = true};
	struct user_desk desk;
	const char *id;
	enum err rc = open_desk(s, &desk);

	return rc == ERR_OK ? user_create(s->c->cx, s->d.db, &desk, &draft, &id) : rc;
}

struct user_turning {
	const char *id;
	const char *tenant; /* NULL: it stays */
	struct user_desk desk;
};

/* Made a superuser, unless a tenant is named: assigned to that one. */
static enum err
turn_user(struct ctx *cx, struct db *db, void *arg)
{
	const struct user_turning *t = arg;
	struct user_wish wish;
	struct user now;
	enum err rc = user_named_hold(cx, db, t->id, &now);

	if (rc != ERR_OK)
		return rc;
	wish = user_wish_of(&now);
	if (t->tenant != NULL)
		wish.tenant = t->tenant;
	else
		wish.superuser = true;
	return user_change(cx, db, &t->desk, &wish, &now);
}

static enum err
turn(struct setup *s, const struct user *user, const char *tenant)
{
	struct user_turning t = {.id = user->id, .tenant = tenant};
	enum err rc = open_desk(s, &t.desk);

	return rc == ERR_OK
	    ? db_transaction(s->c->cx, s->d.db, DB_MANAGEMENT, turn_user, &t)
	    : rc;
}

enum err
setup_do_superuser(struct setup *s, const struct user *known)
{
	char password[PASSWORD_MAX + 2]; /* and the newline, and NUL */
	size_t n;
	enum err rc;

	if (known != NULL)
		return input_name_faults(s->c->cx, turn(s, known, NULL));
	rc = input_line(s->c->cx, "password", password, sizeof(password), &n);
	if (rc == ERR_OK)
		rc = make_superuser(s, password, n);
	secret_cleanse(password, sizeof(password));
	return input_name_faults(s->c->cx, rc);
}

enum err
setup_do_assignment(struct setup *s, const struct user *user)
{
	return input_name_faults(s->c->cx, turn(s, user, s->tenant));
}

/* -- a tenant -- */

struct tenant_making {
	struct tenant_desk desk;
	struct tenant_wish wish;
};

static enum err
make_tenant(struct ctx *cx, struct db *db, void *arg)
{
	const struct tenant_making *m = arg;
	struct tenant_managed made;

	return tenant_managed_create(cx, db, &m->desk, &m->wish, &made);
}

enum err
setup_do_tenant(struct setup *s)
{
	struct ctx *cx = s->c->cx;
	const char *name = s->tenant_name != NULL ? s->tenant_name : s->tenant;
	struct tenant_making m = {.desk = {.address = ""},
	    .wish = {.id = s->tenant, .name = name, .active = true}};
	enum err rc = database_seal_keys(cx, s->conf, &m.desk.keys);

	m.desk.create_schemas = strcmp(s->conf->tenant_schemas, "create") == 0;
	if (rc == ERR_OK)
		rc = database_audit(cx, s->conf, &m.desk.audit);
	if (rc == ERR_OK)
		rc = steps_transaction(cx, s->d.db, DB_MANAGEMENT, make_tenant, &m);
	return input_name_faults(cx, rc);
}
