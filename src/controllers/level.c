/* level.c - see level.h. */
#include "controllers/level.h"

#include <string.h>

#include "client/client.h"
#include "controllers/level_key.h"
#include "controllers/standing.h"
#include "people/user.h"
#include "role/scopes.h"
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

/* What the database grants them now, and a token that was asked for with less does not
 * leave out. */
static unsigned
scopes_of(const struct call *call, const char *grants)
{
	const struct name_list *own = &call->who.scopes;
	unsigned scopes = role_scopes_granted(grants), kept = 0;

	if (!call->who.narrowed)
		return scopes;
	for (size_t i = 0; i < own->count; i++)
		kept |= role_scopes_of_words(own->names[i]);
	return scopes & kept;
}

static enum err
check_manager(struct call *call, const char *grants, const char *status)
{
	struct ctx *cx = &call->cx;

	if (!(role_scopes_granted(grants) & ROLE_ADMIN))
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "this is for the tenant's owner and its admins: whoever has the "
		    "scope \"admin\" in it");
	call->scopes = scopes_of(call, grants);
	return tenant_check_usable(cx, status);
}

const char *
level_named_tenant(struct call *call)
{
	const char *p = strstr(call->route->path, "{tenant}");
	size_t place = 0;

	if (p == NULL)
		return NULL;
	for (const char *q = call->route->path; q < p; q++)
		place += *q == '{';
	return slice_dup(call->cx.mem, call->params[place]);
}

/* Signing in asked what the policy of one tenant demands: the session that it began
 * opens no other. */
static enum err
check_session(struct ctx *cx, const struct principal *who, const char *tenant_id)
{
	if (who->session_id == NULL ||
	    (who->tenant_id != NULL && strcmp(who->tenant_id, tenant_id) == 0))
		return ERR_OK;
	return err_tell(&cx->err, ERR_FORBIDDEN,
	    "the token is of a session for %s: sign in to this tenant, by POST /login "
	    "with tenant_id \"%.*s\", or refresh the token with it",
	    who->tenant_id != NULL ? "another tenant" : "no tenant", NAME_SHOWN,
	    tenant_id);
}

static enum err
check_tenant(struct app *app, struct call *call)
{
	struct ctx *cx = &call->cx;
	const bool scope = has_platform_scope(&call->who);
	struct tenant_reach reach;
	bool platform;
	enum err rc = tenant_reach(cx, app->db, slice_of(level_named_tenant(call)),
	    call->who.user.text, &reach);

	if (rc != ERR_OK)
		return rc;
	platform = scope || (call->who.own && reach.superuser);
	if (reach.id == NULL || (!platform && reach.role == NULL))
		return err_tell(&cx->err, ERR_NOT_FOUND, "there is no such tenant");
	call->tenant_id = reach.id;
	call->platform = platform;
	call->scopes = scopes_of(call, "@" ROLE_OWNER_ID);
	if (platform)
		return ERR_OK;
	rc = check_manager(call, reach.grants, reach.status);
	return rc == ERR_OK ? check_session(cx, &call->who, reach.id) : rc;
}

/* Whether they are shown everything; ERR_FORBIDDEN for a deactivated account. */
static enum err
sees_all(struct app *app, struct call *call, bool *out)
{
	struct ctx *cx = &call->cx;
	const struct principal *who = &call->who;
	struct user user;
	bool found;
	enum err rc;

	*out = has_platform_scope(who);
	if (*out)
		return ERR_OK;
	rc = user_find(cx, app->db, who->user.text, &user, &found);
	if (rc != ERR_OK || !found)
		return rc;
	if (!user.active)
		return err_tell(&cx->err, ERR_FORBIDDEN, "the account is deactivated");
	*out = user.superuser && who->own && !who->tenant_claim;
	return ERR_OK;
}

static enum err
check_viewer(struct app *app, struct call *call)
{
	struct ctx *cx = &call->cx;
	const struct tenant_seeker seeker = {
	    call->who.user.text, call->who.tenant_id, true};
	struct tenant tenant;
	bool all, found;
	enum err rc = sees_all(app, call, &all);

	if (rc != ERR_OK || all)
		return rc;
	rc = tenant_find_of_user(cx, app->db, &seeker, &tenant, &found);
	if (rc != ERR_OK)
		return rc;
	if (!found)
		return err_tell(&cx->err, ERR_FORBIDDEN, "you have no tenant yet");
	call->tenant_id = tenant.id;
	rc = check_manager(call, tenant.grants, tenant.status);
	return rc == ERR_OK ? check_session(cx, &call->who, tenant.id) : rc;
}

/* Who must set up a second factor first gets a token for that and nothing else. */
static enum err
check_enrolled(struct call *call)
{
	const enum perm_level level = perm_level(call->route->perm);

	if (level <= LEVEL_ENROL || !call->who.own ||
	    !principal_has_scope(&call->who, PERM_SCOPE_ENROL))
		return ERR_OK;
	return err_tell(&call->cx.err, ERR_POLICY,
	    "this token is good for setting up a second factor alone: do that with "
	    "POST /me/totp, then sign in again");
}

/* A token for which less was asked than its user has does what it says and no more;
 * one's own account is one's own. */
static enum err
check_narrowed(struct call *call)
{
	const enum perm_level level = perm_level(call->route->perm);
	const char *needed = call->route->method == HTTP_GET ? "read"
	    : level == LEVEL_USER || level == LEVEL_MEMBER   ? "write"
							     : "admin";

	if (level <= LEVEL_SELF || level == LEVEL_PARTNER || !call->who.narrowed ||
	    principal_has_scope(&call->who, needed))
		return ERR_OK;
	return err_tell(&call->cx.err, ERR_FORBIDDEN,
	    "this needs a token with the scope \"%s\": this one was asked for without "
	    "it",
	    needed);
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
	rc = standing_check(&call->cx, app->standing, app->db, who->tenant_id);
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

/* -- machines -- */

/* By the form of its name alone: nobody else has one of that form in a token of ours.
 */
static bool
is_client(const struct principal *who)
{
	return who->own && client_is_id(who->user.text);
}

/* Nor has anybody else a pass that names a tenant. */
bool
level_is_machine(const struct call *call)
{
	return is_client(&call->who) || level_is_tenant_key(call);
}

/* What the token carries counts as far as the client has it still. */
static enum err
check_client_scope(struct ctx *cx, const struct principal *who,
    const struct client_question *q, const struct client_reach *reach)
{
	if (!principal_has_scope(who, q->scope))
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "this needs a token with the scope \"%s\"", q->scope);
	if (!reach->scope)
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "the client has the scope \"%s\" no more", q->scope);
	return tenant_check_usable(cx, reach->status);
}

static unsigned
client_scopes(const struct principal *who, const char *has)
{
	unsigned carried = 0;

	for (size_t i = 0; i < who->scopes.count; i++)
		carried |= role_scopes_of_words(who->scopes.names[i]);
	return carried & role_scopes_of_words(has);
}

/* A client is no member of its tenant, nor anything of another. */
static enum err
check_client_of(struct app *app, struct call *call, const struct client_question *q)
{
	struct ctx *cx = &call->cx;
	const struct principal *who = &call->who;
	struct client_reach reach;
	enum err rc = client_reach(cx, app->db, q, &reach);

	if (rc != ERR_OK)
		return rc;
	if (reach.tenant_id == NULL || who->tenant_id == NULL ||
	    strcmp(who->tenant_id, reach.tenant_id) != 0)
		return err_set(
		    &cx->err, ERR_UNAUTHORIZED, "the client is not in force");
	if (!reach.named)
		return err_tell(&cx->err, ERR_NOT_FOUND, "there is no such tenant");
	call->tenant_id = reach.tenant_id;
	call->scopes = client_scopes(who, reach.scopes);
	return check_client_scope(cx, who, q, &reach);
}

static enum err
check_machine_of(struct app *app, struct call *call, const struct client_question *q)
{
	return level_is_tenant_key(call) ? level_check_tenant_key(call, q->scope)
					 : check_client_of(app, call, q);
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

/* Of a client its scopes have been asked already. */
static enum err
check_member_scope(struct call *call, const struct tenant *t)
{
	const bool reads = call->route->method == HTTP_GET;

	if (level_is_machine(call))
		return ERR_OK;
	call->scopes = scopes_of(call, t->grants);
	if (role_scopes_granted(t->grants) & (reads ? ROLE_READ : ROLE_WRITE))
		return ERR_OK;
	return err_tell(&call->cx.err, ERR_FORBIDDEN,
	    "what you are in the tenant, \"%.*s\", is without the scope \"%s\", which "
	    "this "
	    "needs",
	    NAME_SHOWN, t->role, reads ? "read" : "write");
}

/* Nobody is exempt: a superuser works in no tenant but their own. */
static enum err
check_member(struct app *app, struct call *call)
{
	struct ctx *cx = &call->cx;
	const struct tenant_claim claim = {
	    call->who.user.text, call->who.tenant_id, level_is_machine(call)};
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
	rc = check_active(cx, m->tenant.status);
	return rc == ERR_OK ? check_member_scope(call, &m->tenant) : rc;
}

static enum err
check_machine(struct app *app, struct call *call)
{
	const enum perm_level level = perm_level(call->route->perm);
	struct client_question q = {.id = call->who.user.text, .scope = "admin"};
	enum err rc;

	if (level == LEVEL_MEMBER) {
		q.scope = call->route->method == HTTP_GET ? "read" : "write";
		rc = check_machine_of(app, call, &q);
		return rc == ERR_OK ? check_member(app, call) : rc;
	}
	if (level != LEVEL_TENANT)
		return err_tell(&call->cx.err, ERR_FORBIDDEN,
		    "this is for people: a machine sees to its tenant's affairs alone");
	q.tenant = level_named_tenant(call);
	return check_machine_of(app, call, &q);
}

static enum err
check_level(struct app *app, struct call *call)
{
	enum err rc = check_enrolled(call);

	if (rc == ERR_OK)
		rc = level_check_key(call);
	if (rc == ERR_OK)
		rc = check_narrowed(call);
	if (rc != ERR_OK)
		return rc;
	if (level_is_machine(call))
		return check_machine(app, call);
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
	case LEVEL_PARTNER:
		return level_check_partner(app, call);
	case LEVEL_UNSET:
	case LEVEL_PUBLIC:
	case LEVEL_MONITOR:
	case LEVEL_ENROL:
	case LEVEL_SELF:
	case LEVEL_USER:
	case LEVEL_COUNT:
		break;
	}
	return ERR_OK;
}

/* -- a tenant that is suspended in part -- */

static enum standing_use
use_of(const struct route *r)
{
	if (r->method == HTTP_GET)
		return STANDING_READ;
	if (r->method == HTTP_DELETE)
		return STANDING_DELETE;
	return perm_level(r->perm) == LEVEL_TENANT ? STANDING_ADMIN : STANDING_WRITE;
}

enum err
level_check(struct app *app, struct call *call)
{
	enum err rc = check_level(app, call);

	if (rc != ERR_OK || call->tenant_id == NULL || call->platform)
		return rc;
	return standing_admit(
	    &call->cx, app->standing, app->db, call->tenant_id, use_of(call->route));
}
