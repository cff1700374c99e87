/* level_key.c - see level_key.h. */
#include "controllers/level_key.h"

#include "controllers/level.h"
#include "flows/keyring.h"
#include "policy/policy.h"
#include "role/scopes.h"

enum { NAME_SHOWN = 200 }; /* bytes of a name in what is told */

static enum err
check_permission(struct ctx *cx, const struct principal *who, enum perm perm)
{
	if (!principal_has_role(who, PARTNER_ROLE))
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "this needs a token with the role \"" PARTNER_ROLE "\"");
	if (!principal_has_scope(who, perm_name(perm)))
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "this needs the permission \"%s\"", perm_name(perm));
	return ERR_OK;
}

enum err
level_check_partner(struct app *app, struct call *call)
{
	struct ctx *cx = &call->cx;
	const struct principal *who = &call->who;
	const char *id = who->client_id != NULL ? who->client_id : who->user.text;
	struct partner *p;
	bool found;
	enum err rc = check_permission(cx, who, call->route->perm);

	if (rc != ERR_OK)
		return rc;
	if (call->partner != NULL) /* the key's */
		return partner_check_active(cx, call->partner);
	p = arena_alloc(cx->mem, sizeof(*p));
	rc = partner_find(cx, app->db, id, p, &found);
	if (rc != ERR_OK)
		return rc;
	if (!found)
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "\"%.*s\" is no partner here: an operator makes one by POST "
		    "/admin/partners or \"tenantd partner create\"",
		    NAME_SHOWN, id);
	call->partner = p;
	return partner_check_active(cx, p);
}

enum err
level_check_key(struct call *call)
{
	if (call->who.key_id == NULL || level_is_tenant_key(call) ||
	    perm_level(call->route->perm) == LEVEL_PARTNER)
		return ERR_OK;
	return err_tell(&call->cx.err, ERR_FORBIDDEN,
	    "this is for people: a partner's API key is good for what partners do "
	    "alone");
}

bool
level_is_tenant_key(const struct call *call)
{
	return call->pass != NULL && call->pass->partner == NULL;
}

/* Nobody signs in with a key, so that what holds for signing in holds for each use. */
static enum err
check_network(struct call *call)
{
	struct ctx *cx = &call->cx;
	struct policy policy;
	enum err rc = policy_read(cx, call->pass->policy, &policy);

	if (rc != ERR_OK || policy_admits(&policy, call->rq.client))
		return rc;
	return err_tell(&cx->err, ERR_POLICY,
	    "the tenant's security policy does not take its API keys from %s: one of "
	    "its admins can add the address to network.allow",
	    call->rq.client);
}

enum err
level_check_tenant_key(struct call *call, const char *scope)
{
	struct ctx *cx = &call->cx;
	const struct keyring_pass *pass = call->pass;
	enum err rc;

	if (level_named_tenant(call) != NULL && !pass->named)
		return err_tell(&cx->err, ERR_NOT_FOUND, "there is no such tenant");
	call->tenant_id = pass->who.tenant_id;
	for (size_t i = 0; i < pass->who.scopes.count; i++)
		call->scopes |= role_scopes_of_words(pass->who.scopes.names[i]);
	if (!principal_has_scope(&pass->who, scope))
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "this needs an API key with the scope \"%s\"", scope);
	rc = tenant_check_usable(cx, pass->tenant_status);
	return rc == ERR_OK ? check_network(call) : rc;
}
