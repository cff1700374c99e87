/* level_partner.c - see level_partner.h. */
#include "controllers/level_partner.h"

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
	if (call->who.key_id == NULL || perm_level(call->route->perm) == LEVEL_PARTNER)
		return ERR_OK;
	return err_tell(&call->cx.err, ERR_FORBIDDEN,
	    "this is for people: a partner's API key is good for what partners do "
	    "alone");
}
