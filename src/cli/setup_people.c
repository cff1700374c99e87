/* setup_people.c - the steps about superusers, tenants, and who belongs to which. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "cli/setup.h"
#include "tenant/directory.h"

#define SHOWN_MOST "20"

#define MIGRATE_ADVICE "run: tenantd doctor"

static bool
look(struct setup *s, struct db_rows **rows)
{
	if (db_read(s->c->cx, s->d.db, DB_MANAGEMENT, DB_CALL_BARE(STMT_setup_look),
		rows) == ERR_OK)
		return true;
	doctor_find_error(&s->d, MIGRATE_ADVICE);
	return false;
}

/* *found false: nobody has that address. */
static bool
find_user(struct setup *s, const char *email, struct user *user, bool *found)
{
	if (user_find_by_email(s->c->cx, s->d.db, email, user, found) == ERR_OK)
		return true;
	doctor_find_error(&s->d, MIGRATE_ADVICE);
	return false;
}

/* -- 3: superuser -- */

static void
promote(struct setup *s, const struct user *user)
{
	if (!s->change) {
		doctor_find(&s->d, DOCTOR_MISSING, "promote the user",
		    "%s is no superuser", user->email);
		doctor_show_way(&s->d, WAY_SUPERUSER,
		    (struct way_names){.email = user->email, .user = user->id});
	} else if (setup_do_superuser(s, user) != ERR_OK)
		doctor_find_error(&s->d, NULL);
	else
		doctor_find(
		    &s->d, DOCTOR_DONE, NULL, "%s is a superuser now", user->email);
}

static void
make_superuser(struct setup *s)
{
	bool password = args_flag(s->c->args, "admin-password-stdin");

	if (!s->change || !password) {
		doctor_find(&s->d, DOCTOR_MISSING,
		    "give --admin-password-stdin too, and the password as one line of "
		    "standard input; or let them register first: POST /users/register",
		    "there is no user %s", s->admin);
		doctor_show_way(
		    &s->d, WAY_SUPERUSER_MAKE, (struct way_names){.email = s->admin});
	} else if (setup_do_superuser(s, NULL) != ERR_OK)
		doctor_find_error(&s->d, NULL);
	else
		doctor_find(
		    &s->d, DOCTOR_DONE, NULL, "%s was made, a superuser", s->admin);
}

static void
check_admin(struct setup *s)
{
	struct user user;
	bool found;

	if (!find_user(s, s->admin, &user, &found))
		return;
	if (!found)
		make_superuser(s);
	else if (!user.active) {
		doctor_find(&s->d, DOCTOR_BROKEN, "make the user active again",
		    "%s is not active", user.email);
		doctor_show_way(&s->d, WAY_USER_ACTIVATE,
		    (struct way_names){.email = user.email, .user = user.id});
	} else if (user.superuser)
		doctor_find(&s->d, DOCTOR_OK, NULL, "%s is one", user.email);
	else
		promote(s, &user);
}

void
setup_superuser(struct setup *s)
{
	struct db_rows *rows;

	if (!setup_needs_database(
		s, WAY_SUPERUSER_MAKE, (struct way_names){.email = s->admin}))
		return;
	if (s->admin != NULL) {
		check_admin(s);
		return;
	}
	if (!look(s, &rows))
		return;
	if (db_i64(rows, 0, 0) > 0) {
		doctor_find(&s->d, DOCTOR_OK, NULL,
		    "superusers: %" PRId64 ", the first is %s", db_i64(rows, 0, 0),
		    db_text(rows, 0, 1));
		return;
	}
	doctor_find(&s->d, DOCTOR_MISSING,
	    "make one: tenantd setup --admin-email EMAIL --admin-password-stdin; or "
	    "promote a user",
	    "there is no superuser, and nobody can make tenants over HTTP");
	doctor_show_way(&s->d, WAY_SUPERUSER, (struct way_names){0});
}

/* -- 4: tenant -- */

static void
make_tenant(struct setup *s)
{
	if (!s->change) {
		doctor_find(&s->d, DOCTOR_MISSING, "make it, as a superuser",
		    "there is no tenant \"%s\"", s->tenant);
		doctor_show_way(&s->d, WAY_TENANT_MAKE,
		    (struct way_names){.tenant = s->tenant, .name = s->tenant_name});
	} else if (setup_do_tenant(s) != ERR_OK)
		doctor_find_error(&s->d, NULL);
	else
		doctor_find(&s->d, DOCTOR_DONE, NULL, "\"%s\" was made", s->tenant);
}

static void
check_tenant(struct setup *s)
{
	struct tenant_overview o;
	enum err rc = tenant_show(s->c->cx, s->d.db, s->tenant, &o);

	if (rc == ERR_NOT_FOUND) {
		ctx_clear(s->c->cx);
		make_tenant(s);
	} else if (rc != ERR_OK)
		doctor_find_error(&s->d, MIGRATE_ADVICE);
	else if (tenant_is_usable(o.tenant.status))
		doctor_find(&s->d, DOCTOR_OK, NULL, "\"%s\" is %s", o.tenant.id,
		    o.tenant.status);
	else {
		doctor_find(&s->d, DOCTOR_BROKEN, "make it active again",
		    "\"%s\" is %s: every token that names it is refused", o.tenant.id,
		    o.tenant.status);
		doctor_show_way(&s->d, WAY_TENANT_RESUME,
		    (struct way_names){.tenant = o.tenant.id});
	}
}

/* Those that nobody named may be meant to be so. */
static void
check_idle(struct setup *s)
{
	struct db_rows *rows;

	if (db_read(s->c->cx, s->d.db, DB_MANAGEMENT,
		DB_CALL(STMT_setup_idle, SHOWN_MOST), &rows) != ERR_OK) {
		doctor_find_error(&s->d, MIGRATE_ADVICE);
		return;
	}
	for (int i = 0; i < db_row_count(rows); i++) {
		if (s->tenant != NULL && strcmp(db_text(rows, i, 0), s->tenant) == 0)
			continue; /* of it it was said */
		doctor_find(&s->d, DOCTOR_WARNING,
		    "make it active again, unless it is meant to be so",
		    "\"%s\" is %s, and users are assigned to it: %s",
		    db_text(rows, i, 0), db_text(rows, i, 1), db_text(rows, i, 2));
		doctor_show_way(&s->d, WAY_TENANT_RESUME,
		    (struct way_names){.tenant = db_text(rows, i, 0)});
	}
}

void
setup_tenant(struct setup *s)
{
	struct way_names names = {.tenant = s->tenant, .name = s->tenant_name};
	struct db_rows *rows;

	if (!setup_needs_database(s, WAY_TENANT_MAKE, names))
		return;
	if (s->tenant != NULL)
		check_tenant(s);
	else if (!look(s, &rows))
		return;
	else if (db_i64(rows, 0, 2) > 0)
		doctor_find(&s->d, DOCTOR_OK, NULL,
		    "tenants that may be used: %" PRId64 ", the first is \"%s\"",
		    db_i64(rows, 0, 2), db_text(rows, 0, 3));
	else {
		doctor_find(&s->d, DOCTOR_MISSING,
		    "make one: tenantd setup --tenant ID --tenant-name NAME",
		    "there is no tenant that may be used");
		doctor_show_way(&s->d, WAY_TENANT_MAKE, names);
	}
	check_idle(s);
}

/* -- 5: assignment -- */

static void
assign(struct setup *s, const struct user *user)
{
	if (!s->change) {
		doctor_find(&s->d, DOCTOR_MISSING,
		    "assign the user, who then signs in again", "%s has %s%s%s",
		    user->email,
		    user->tenant_id != NULL ? "the tenant \"" : "no tenant",
		    user->tenant_id != NULL ? user->tenant_id : "",
		    user->tenant_id != NULL ? "\"" : "");
		doctor_show_way(&s->d, WAY_ASSIGN,
		    (struct way_names){
			.email = user->email, .user = user->id, .tenant = s->tenant});
	} else if (setup_do_assignment(s, user) != ERR_OK)
		doctor_find_error(&s->d, NULL);
	else
		doctor_find(&s->d, DOCTOR_DONE, NULL, "%s was assigned to \"%s\"",
		    user->email, s->tenant);
}

static void
check_user(struct setup *s)
{
	struct tenant_overview o = {0};
	struct user user;
	bool found;

	if (!find_user(s, s->user, &user, &found))
		return;
	if (!found) {
		doctor_find(&s->d, DOCTOR_MISSING,
		    "make the user, or let them register", "there is no user %s",
		    s->user);
		doctor_show_way(&s->d, WAY_USER_MAKE,
		    (struct way_names){.email = s->user, .tenant = s->tenant});
		return;
	}
	if (user.tenant_id != NULL &&
	    tenant_show(s->c->cx, s->d.db, s->tenant, &o) == ERR_OK &&
	    strcmp(user.tenant_id, o.tenant.id) == 0)
		doctor_find(&s->d, DOCTOR_OK, NULL, "%s is assigned to \"%s\"",
		    user.email, o.tenant.id);
	else {
		ctx_clear(s->c->cx);
		assign(s, &user);
	}
}

static void
find_unassigned(struct setup *s, const struct db_rows *rows)
{
	int n = db_row_count(rows);
	int64_t all = n > 0 ? db_i64(rows, 0, 2) : 0;

	for (int i = 0; i < n; i++) {
		if (s->user != NULL && strcasecmp(db_text(rows, i, 0), s->user) == 0)
			continue; /* of them it was said */
		doctor_find(&s->d, DOCTOR_MISSING,
		    i == 0 ? "assign the user, or let them make a tenant of their own "
			     "(POST /api/tenant/getOrCreate); then they sign in again"
			   : NULL,
		    "%s has no tenant", db_text(rows, i, 0));
		doctor_show_way(&s->d, WAY_ASSIGN,
		    (struct way_names){.email = db_text(rows, i, 0),
			.user = db_text(rows, i, 1),
			.tenant = s->tenant});
	}
	if (all > n)
		doctor_find(&s->d, DOCTOR_MISSING, NULL,
		    "and %" PRId64 " more have none", all - n);
}

static void
check_everybody(struct setup *s)
{
	struct db_rows *rows, *counts;

	if (!look(s, &counts))
		return;
	if (db_read(s->c->cx, s->d.db, DB_MANAGEMENT,
		DB_CALL(STMT_setup_unassigned, SHOWN_MOST), &rows) != ERR_OK) {
		doctor_find_error(&s->d, MIGRATE_ADVICE);
		return;
	}
	find_unassigned(s, rows);
	if (db_i64(counts, 0, 4) > 0)
		doctor_find(&s->d, DOCTOR_OK, NULL, "people with a tenant: %" PRId64,
		    db_i64(counts, 0, 4));
	else if (db_row_count(rows) == 0) {
		doctor_find(&s->d, DOCTOR_MISSING, "make a user, or let one register",
		    "there is nobody but superusers");
		doctor_show_way(
		    &s->d, WAY_USER_MAKE, (struct way_names){.tenant = s->tenant});
	}
}

void
setup_assignment(struct setup *s)
{
	if (!setup_needs_database(s, WAY_ASSIGN,
		(struct way_names){.email = s->user, .tenant = s->tenant}))
		return;
	if (s->user != NULL)
		check_user(s);
	check_everybody(s);
}
