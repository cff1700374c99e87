/* level.c - see level.h. */
#include "controllers/level.h"

#include <string.h>

#include "base/clock.h"
#include "controllers/standing.h"
#include "people/user.h"
#include "tenant/member.h"
#include "tenant/tenant.h"

enum { NAME_SHOWN = 200 }; /* bytes of a name in what is told */

/* A scope counts only in the tokens of issuers whose scopes are honoured. */
static bool
has_platform_scope(const struct principal *who)
{
	return !who->tenant_claim && principal_has_scope(who, "admin");
}

static enum err
is_superuser(struct app *app, struct call *call, bool *out)
{
	*out = false;
	if (!call->who.own)
		return ERR_OK;
	return user_is_superuser(&call->cx, app->db, call->who.user.text, out);
}

static enum err
check_superuser(struct app *app, struct call *call)
{
	bool superuser;
	enum err rc = is_superuser(app, call, &superuser);

	if (rc == ERR_OK && !superuser)
		rc = err_tell(&call->cx.err, ERR_FORBIDDEN, "this is for superusers");
	return rc;
}

static enum err
check_platform(struct app *app, struct call *call)
{
	bool superuser = false;
	enum err rc = ERR_OK;

	if (has_platform_scope(&call->who))
		return ERR_OK;
	rc = is_superuser(app, call, &superuser);
	if (rc == ERR_OK && !superuser)
		rc = err_tell(&call->cx.err, ERR_FORBIDDEN,
		    "this is for the platform: the scope \"admin\" in a token without "
		    "a "
		    "tenant, or a superuser");
	return rc;
}

static enum err
check_manager(struct ctx *cx, const char *role, const char *status)
{
	if (!tenant_role_manages(role))
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "this is for the tenant's owner and its admins");
	return tenant_check_usable(cx, status);
}

/* The piece of the path that the row calls {tenant}. */
static struct slice
tenant_in_path(const struct call *call)
{
	const char *p = strstr(call->route->path, "{tenant}");
	size_t place = 0;

	for (const char *q = call->route->path; p != NULL && q < p; q++)
		place += *q == '{';
	return p != NULL ? call->params[place] : slice_of("");
}

static enum err
check_tenant(struct app *app, struct call *call)
{
	struct ctx *cx = &call->cx;
	const bool scope = has_platform_scope(&call->who);
	struct tenant_reach reach;
	bool platform;
	enum err rc = tenant_reach(
	    cx, app->db, tenant_in_path(call), call->who.user.text, &reach);

	if (rc != ERR_OK)
		return rc;
	platform = scope || (call->who.own && reach.superuser);
	if (reach.id == NULL || (!platform && reach.role == NULL))
		return err_tell(&cx->err, ERR_NOT_FOUND, "there is no such tenant");
	call->tenant_id = reach.id;
	return platform ? ERR_OK : check_manager(cx, reach.role, reach.status);
}

static enum err
check_viewer(struct app *app, struct call *call)
{
	struct ctx *cx = &call->cx;
	const struct tenant_seeker seeker = {
	    call->who.user.text, call->who.tenant_id, true};
	struct tenant tenant;
	bool all = has_platform_scope(&call->who), found;
	enum err rc = ERR_OK;

	if (!all && !call->who.tenant_claim)
		rc = is_superuser(app, call, &all);
	if (rc != ERR_OK || all)
		return rc;
	rc = tenant_find_of_user(cx, app->db, &seeker, &tenant, &found);
	if (rc != ERR_OK)
		return rc;
	if (!found)
		return err_tell(&cx->err, ERR_FORBIDDEN, "you have no tenant yet");
	call->tenant_id = tenant.id;
	return check_manager(cx, tenant.role, tenant.status);
}

/* What is missing until a token names their tenant. */
static enum err
tell_no_claim(struct app *app, struct call *call)
{
	struct ctx *cx = &call->cx;
	const struct principal *who = &call->who;
	const struct tenant_seeker seeker = {who->user.text, NULL, true};
	struct tenant tenant;
	bool found;
	enum err rc = tenant_find_of_user(cx, app->db, &seeker, &tenant, &found);

	if (rc != ERR_OK)
		return rc;
	if (!found)
		return err_tell(&cx->err, ERR_NO_TENANT_CLAIM,
		    "no tenant is assigned to you: an administrator does PATCH "
		    "/admin/users/{id} or \"tenantd user assign %.*s TENANT\", then "
		    "sign in again",
		    NAME_SHOWN, who->email != NULL ? who->email : "EMAIL");
	if (!who->own)
		return err_tell(&cx->err, ERR_NO_TENANT_CLAIM,
		    "you have a tenant, but the issuer of this token is not believed "
		    "to name it: sign in here, by POST /login, or an operator lists "
		    "tenant_id among what JWT_ISSUERS_FILE honours of that issuer");
	return err_tell(&cx->err, ERR_NO_TENANT_CLAIM,
	    "sign in again: the token was issued before you had tenant \"%.*s\"",
	    NAME_SHOWN, tenant.id);
}

static enum err
check_active(struct ctx *cx, const char *status)
{
	if (strcmp(status, "provisioning") == 0)
		return err_tell(&cx->err, ERR_TENANT_INACTIVE,
		    "the tenant is still being provisioned");
	return tenant_check_usable(cx, status);
}

/* Nobody is exempt: a superuser works in no tenant but their own. */
static enum err
check_member(struct app *app, struct call *call)
{
	struct ctx *cx = &call->cx;
	const struct tenant_claim claim = {call->who.user.text, call->who.tenant_id};
	struct tenant_member *m;
	bool found;
	enum err rc;

	if (claim.tenant == NULL)
		return tell_no_claim(app, call);
	m = arena_alloc(cx->mem, sizeof(*m));
	rc = tenant_find_member(cx, app->db, &claim, m, &found);
	if (rc != ERR_OK)
		return rc;
	if (!found)
		return err_tell(&cx->err, ERR_STALE_TOKEN,
		    "sign in again: the token names tenant \"%.*s\", which is not "
		    "yours any more",
		    NAME_SHOWN, claim.tenant);
	call->tenant_id = m->tenant.id;
	call->member = m;
	return check_active(cx, m->tenant.status);
}

/* For tokens of ours, whose tenant is the one that we wrote into them. A superuser is
 * asked for only where somebody would be refused. */
static enum err
check_standing(struct app *app, struct call *call)
{
	const struct principal *who = &call->who;
	struct err_info refused;
	bool superuser;
	enum err rc;

	if (!who->own || who->tenant_id == NULL)
		return ERR_OK;
	rc = standing_check(
	    &call->cx, app->standing, app->db, who->tenant_id, clock_mono_ms());
	if (rc != ERR_TENANT_SUSPENDED && rc != ERR_TENANT_INACTIVE)
		return rc;
	refused = call->cx.err;
	rc = is_superuser(app, call, &superuser);
	if (rc != ERR_OK)
		return rc;
	call->cx.err = refused;
	if (!superuser)
		return refused.code;
	err_clear(&call->cx.err);
	return ERR_OK;
}

/* Whether what it is about may be a tenant's: neither one's own account nor what is
 * everybody's. */
static bool
asks_for_standing(enum perm_level level)
{
	return level == LEVEL_USER || level == LEVEL_TENANT || level == LEVEL_VIEWER;
}

enum err
level_check(struct app *app, struct call *call)
{
	enum err rc = ERR_OK;

	if (asks_for_standing(perm_level(call->route->perm)))
		rc = check_standing(app, call);
	if (rc != ERR_OK)
		return rc;
	switch (perm_level(call->route->perm)) {
	case LEVEL_SUPERUSER:
		return check_superuser(app, call);
	case LEVEL_PLATFORM:
		return check_platform(app, call);
	case LEVEL_TENANT:
		return check_tenant(app, call);
	case LEVEL_VIEWER:
		return check_viewer(app, call);
	case LEVEL_MEMBER:
		return check_member(app, call);
	case LEVEL_UNSET:
	case LEVEL_PUBLIC:
	case LEVEL_MONITOR:
	case LEVEL_SELF:
	case LEVEL_USER:
	case LEVEL_COUNT:
		break;
	}
	return ERR_OK;
}
