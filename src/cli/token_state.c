/* token_state.c - what the database says of whom a token speaks of; see
 * token_findings.h. */
#include <string.h>

#include "cli/token_findings.h"
#include "people/user.h"
#include "tenant/tenant.h"

static enum err
find_tenant(struct doctor *d, const char *user_id, struct tenant *out, bool *found)
{
	const struct tenant_seeker who = {user_id, NULL, true};

	return tenant_find_of_user(d->cx, d->db, &who, out, found);
}

static void
find_inactive(struct doctor *d, const struct user *u)
{
	doctor_find(d, DOCTOR_BROKEN, "make the user active again",
	    "the user \"%s\" is not active", u->email);
	doctor_show_way(
	    d, WAY_USER_ACTIVATE, (struct way_names){.email = u->email, .user = u->id});
}

/* Of whoever signs in here: their row. *user.id NULL: there is none. */
static bool
check_user(struct doctor *d, const char *id, struct user *user)
{
	bool found;

	d->check = "user";
	if (user_find(d->cx, d->db, id, user, &found) != ERR_OK) {
		doctor_find_error(d, "run: tenantd migrate");
		return false;
	}
	if (!found) {
		*user = (struct user){0};
		doctor_find(d, DOCTOR_WARNING,
		    "sign in as one of: tenantd user list; a token of \"token issue\" "
		    "or of another application may do without",
		    "no user has the id \"%s\"", id);
	} else if (!user->active)
		find_inactive(d, user);
	else
		doctor_find(d, DOCTOR_OK, NULL, "%s%s", user->email,
		    user->superuser ? ", a superuser" : "");
	return true;
}

static void
find_unassigned(struct doctor *d, const struct token_subject *s, const struct user *u)
{
	const char *name = u->id != NULL ? u->email : s->user_id;

	if (u->id != NULL && u->superuser) {
		doctor_find(d, DOCTOR_OK, NULL,
		    "it names no tenant, and a superuser needs none");
		return;
	}
	doctor_find(d, DOCTOR_WARNING,
	    "assign the user to a tenant (or let them make one: POST "
	    "/api/tenant/getOrCreate), then sign in again",
	    "it names no tenant, and \"%s\" has none: what is a tenant's own is "
	    "refused",
	    name);
	if (u->id != NULL)
		doctor_show_way(
		    d, WAY_ASSIGN, (struct way_names){.email = name, .user = u->id});
}

/* Of a token that names no tenant. */
static void
check_without(struct doctor *d, const struct token_subject *s, const struct user *u)
{
	struct tenant tenant;
	bool found;

	if (find_tenant(d, s->user_id, &tenant, &found) != ERR_OK)
		doctor_find_error(d, "run: tenantd migrate");
	else if (!found)
		find_unassigned(d, s, u);
	else
		doctor_find(d, DOCTOR_WARNING, "sign in again: POST /login",
		    "it names no tenant, since it is older than the assignment to "
		    "\"%s\"",
		    tenant.id);
}

static void
find_unusable(struct doctor *d, const struct tenant_reach *r)
{
	bool suspended = strcmp(r->status, "suspended") == 0;

	doctor_find(d, DOCTOR_BROKEN,
	    suspended ? "resume the tenant, or assign the user to another"
		      : "make the tenant active again, or assign the user to another",
	    "the tenant \"%s\" is %s: every token that names it is refused", r->id,
	    r->status);
	if (suspended || strcmp(r->status, "deactivated") == 0)
		doctor_show_way(
		    d, WAY_TENANT_RESUME, (struct way_names){.tenant = r->id});
}

/* Of a token that names one. */
static void
check_with(struct doctor *d, const struct token_subject *s)
{
	struct tenant_reach r;

	if (tenant_reach(d->cx, d->db, slice_of(s->tenant_id), s->user_id, &r) !=
	    ERR_OK)
		doctor_find_error(d, "run: tenantd migrate");
	else if (r.id == NULL)
		doctor_find(d, DOCTOR_BROKEN,
		    "assign the user to one of: tenantd tenant list; then sign in "
		    "again",
		    "there is no tenant \"%s\"", s->tenant_id);
	else if (!tenant_is_usable(r.status))
		find_unusable(d, &r);
	else if (r.role == NULL)
		doctor_find(d, DOCTOR_BROKEN, "sign in again: POST /login",
		    "it is stale: its user is no member of the tenant \"%s\", or is "
		    "not "
		    "any more",
		    r.id);
	else
		doctor_find(
		    d, DOCTOR_OK, NULL, "a member of \"%s\", as %s", r.id, r.role);
}

void
token_find_state(struct doctor *d, const struct token_subject *s)
{
	struct user user = {0};

	if (s->user_id == NULL)
		return;
	if (s->own && !check_user(d, s->user_id, &user))
		return;
	d->check = "tenant";
	if (s->tenant_id == NULL)
		check_without(d, s, &user);
	else
		check_with(d, s);
}
