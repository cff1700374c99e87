/* setup_do.c - what setup does where something is missing; see setup.h. */
#include <string.h>

#include "cli/input.h"
#include "cli/setup.h"
#include "crypto/password.h"
#include "crypto/secret.h"
#include "tenant/manage.h"

static enum err
make_user(struct setup *s, const char *password, size_t n)
{
	struct user_draft draft = {.email = s->admin,
	    .password = password,
	    .password_n = n,
	    .actor = s->c->cx->actor,
	    .superuser = true};
	const char *id;
	enum err rc = database_audit(s->c->cx, s->conf, &draft.audit);

	return rc == ERR_OK ? user_create(s->c->cx, s->d.db, &draft, &id) : rc;
}

enum err
setup_do_superuser(struct setup *s, const struct user *known)
{
	char password[PASSWORD_MAX + 2]; /* and the newline, and NUL */
	size_t n;
	enum err rc;

	if (known != NULL)
		return err_tell(
		    &s->c->cx->err, ERR_UNAVAILABLE, "promote the user by hand");
	rc = input_line(s->c->cx, "password", password, sizeof(password), &n);
	if (rc == ERR_OK)
		rc = make_user(s, password, n);
	secret_cleanse(password, sizeof(password));
	return rc;
}

/* -- a tenant -- */

struct tenant_making {
	struct setup *s;
	struct tenant_desk desk;
	struct tenant_wish wish;
};

static enum err
create_tenant(struct ctx *cx, struct db *db, void *arg)
{
	struct tenant_making *m = arg;
	struct tenant_managed made;

	return tenant_managed_create(cx, db, &m->desk, m->s->tenant, &m->wish, &made);
}

enum err
setup_do_tenant(struct setup *s)
{
	struct ctx *cx = s->c->cx;
	struct tenant_making m = {
	    .s = s,
	    .desk =
		{
		    .address = "",
		    .create_schemas = strcmp(s->conf->tenant_schemas, "create") == 0,
		},
	    .wish =
		{
		    .name = s->tenant_name != NULL ? s->tenant_name : s->tenant,
		    .active = true,
		},
	};
	enum err rc = database_seal_keys(cx, s->conf, &m.desk.keys);

	if (rc == ERR_OK)
		rc = database_audit(cx, s->conf, &m.desk.audit);
	return rc == ERR_OK
	    ? db_transaction(cx, s->d.db, DB_MANAGEMENT, create_tenant, &m)
	    : rc;
}

enum err
setup_do_assignment(struct setup *s, const struct user *user)
{
	(void)user;
	return err_tell(&s->c->cx->err, ERR_UNAVAILABLE, "assign the user by hand");
}
