/* signin_refresh.c - by a refresh token, and out again; see signin.h. */
#include <string.h>

#include "flows/admit.h"
#include "flows/signin_record.h"
#include "people/totp.h"

/* -- one refresh -- */

struct refresh {
	const struct signin_site *site;
	const struct signin_refresh *try;
	struct signin_answer *out;
	struct session_token token;
	struct admission admission;
	bool reused; /* all is committed, and refused */
};

static enum err
no_grant(struct ctx *cx)
{
	return err_tell(&cx->err, ERR_GRANT,
	    "the refresh token is not known, has expired or belongs to a session that "
	    "was ended: sign in again");
}

static enum err
end_family(struct ctx *cx, struct db *db, struct refresh *r, const struct user *user)
{
	const struct session_end which = {
	    r->token.session_id, user->id, SESSION_ENDED_BY_REUSE};
	const struct signin_record record = {
	    .audit = r->site->audit,
	    .address = r->site->address,
	    .user_id = user->id,
	    .tenant_id = r->token.tenant_id,
	    .session_id = r->token.session_id,
	};
	bool ended;
	enum err rc = session_end(cx, db, &which, &ended);

	if (rc != ERR_OK || !ended)
		return rc;
	r->reused = true;
	return signin_record_reused(cx, db, &record);
}

/* The tenant that is named, else the one that was. */
static enum err
read_tenant(struct ctx *cx, struct db *db, struct refresh *r, const struct user *user)
{
	const char *named = r->try->tenant;
	enum err rc;

	if (named == NULL && r->token.chosen)
		named = r->token.tenant_id;
	rc = admit_read(cx, db, user, named, &r->admission);
	if (rc == ERR_FORBIDDEN && r->try->tenant == NULL)
		return err_tell(&cx->err, ERR_GRANT,
		    "you are no member any more of the tenant that this session was "
		    "begun in: sign in again");
	return rc;
}

/* A session that was begun before there was a factor is half a sign-in. */
static enum err
check_factor(
    struct ctx *cx, struct db *db, const struct refresh *r, const struct user *user)
{
	bool on;
	enum err rc = ERR_OK;

	if (r->token.mfa)
		return ERR_OK;
	if (r->admission.policy.mfa_required)
		return err_tell(&cx->err, ERR_SECOND_FACTOR,
		    "the tenant's security policy demands a second factor by now: "
		    "sign in again");
	rc = totp_query_on(cx, db, user->id, &on);
	if (rc == ERR_OK && on)
		return err_tell(&cx->err, ERR_SECOND_FACTOR,
		    "the account has a second factor by now, which this session never "
		    "showed: sign in again");
	return rc;
}

/* Whoever holds the session goes on only while they might sign in anew. */
static enum err
check_user(struct ctx *cx, struct db *db, struct refresh *r, const struct user *user)
{
	enum err rc;

	if (!user->active)
		return err_tell(
		    &cx->err, ERR_GRANT, "the account is not active any more");
	rc = read_tenant(cx, db, r, user);
	if (rc == ERR_OK)
		rc = admit_check(cx, &r->admission, r->site->address);
	return rc == ERR_OK ? check_factor(cx, db, r, user) : rc;
}

/* Into the tenant that is named, whose log tells of it as of any other sign-in. */
static enum err
move(struct ctx *cx, struct db *db, const struct refresh *r,
    const struct session_terms *terms)
{
	const struct signin_record record = {
	    .audit = r->site->audit,
	    .address = r->site->address,
	    .user_id = r->token.user_id,
	    .tenant_id = r->token.tenant_id,
	    .session_id = r->token.session_id,
	    .mfa = r->token.mfa,
	};
	enum err rc = session_limit(cx, db, &r->token, terms);

	return rc == ERR_OK ? signin_record_signed_in(cx, db, &record) : rc;
}

static enum err
go_on(struct ctx *cx, struct db *db, struct refresh *r)
{
	const struct session_terms terms = admit_terms(&r->admission, r->site->conf);
	struct admit_wish wish = {.kept = r->token.scope, .asked = r->try->scope};
	const char *before = r->token.tenant_id, *now = r->admission.tenant.id;
	const bool named = r->try->tenant != NULL;
	const bool moves = named && (before == NULL || strcmp(before, now) != 0);
	struct session_grant grant;
	enum err rc;

	r->token.chosen = r->token.chosen || named;
	r->token.tenant_id = now;
	rc = session_token_use(cx, db, &r->token, &terms, &grant);
	if (rc == ERR_OK && grant.left_s <= 0)
		return no_grant(cx);
	if (rc == ERR_OK && moves)
		rc = move(cx, db, r, &terms);
	if (rc != ERR_OK)
		return rc;
	wish.session_id = grant.id;
	wish.left_s = grant.left_s;
	r->out->refresh_token = grant.refresh_token;
	return admit_issue(cx, r->site->conf, &r->admission, &wish, r->out);
}

static enum err
refresh(struct ctx *cx, struct db *db, void *arg)
{
	struct refresh *r = arg;
	struct user user;
	bool found;
	enum err rc = session_token_find(cx, db, r->try->token, &r->token, &found);

	*r->out = (struct signin_answer){0};
	r->reused = false;
	if (rc == ERR_OK && found)
		rc = user_hold(cx, db, r->token.user_id, &user, &found);
	if (rc == ERR_OK && found)
		rc = session_token_hold(cx, db, &r->token);
	if (rc != ERR_OK)
		return rc;
	if (!found || r->token.ended)
		return no_grant(cx);
	cx->actor = user.id;
	if (r->token.used)
		return end_family(cx, db, r, &user);
	rc = check_user(cx, db, r, &user);
	return rc == ERR_OK ? go_on(cx, db, r) : rc;
}

enum err
signin_by_refresh(struct ctx *cx, const struct signin_site *site,
    const struct signin_refresh *try, struct signin_answer *out)
{
	struct refresh r = {.site = site, .try = try, .out = out};
	enum err rc = admit_check_scope(cx, try->scope);

	if (rc == ERR_OK)
		rc = db_transaction(cx, site->db, DB_MANAGEMENT, refresh, &r);
	if (rc == ERR_OK && out->access_token == NULL)
		return r.reused
		    ? err_tell(&cx->err, ERR_GRANT,
			  "the refresh token was used before, so its session has "
			  "been ended: sign in again")
		    : no_grant(cx);
	return rc;
}

/* -- out -- */

struct leaving {
	const struct signin_site *site;
	const struct signout *which;
	int ended;
};

static enum err
end_one(struct ctx *cx, struct db *db, struct leaving *l, const char *session_id)
{
	const struct session_end which = {
	    session_id, l->which->user_id, SESSION_ENDED_BY_LOGOUT};
	const struct signin_record record = {
	    .audit = l->site->audit,
	    .address = l->site->address,
	    .user_id = l->which->user_id,
	    .session_id = session_id,
	};
	bool ended;
	enum err rc = session_end(cx, db, &which, &ended);

	if (rc != ERR_OK || !ended)
		return rc;
	l->ended++;
	return signin_record_signed_out(cx, db, &record, false);
}

static enum err
end_by_token(struct ctx *cx, struct db *db, struct leaving *l)
{
	struct session_token token;
	bool found;
	enum err rc =
	    session_token_find(cx, db, l->which->refresh_token, &token, &found);

	return rc == ERR_OK && found ? end_one(cx, db, l, token.session_id) : rc;
}

static enum err
end_all(struct ctx *cx, struct db *db, const struct leaving *l)
{
	const struct signin_record record = {
	    .audit = l->site->audit,
	    .address = l->site->address,
	    .user_id = l->which->user_id,
	};
	enum err rc =
	    sessions_end_of(cx, db, l->which->user_id, SESSION_ENDED_BY_LOGOUT, NULL);

	return rc == ERR_OK ? signin_record_signed_out(cx, db, &record, true) : rc;
}

static enum err
leave(struct ctx *cx, struct db *db, void *arg)
{
	struct leaving *l = arg;
	struct user user;
	bool found; /* whose issuer is another has no row */
	enum err rc = user_hold(cx, db, l->which->user_id, &user, &found);

	l->ended = 0;
	if (rc == ERR_OK && l->which->session_id != NULL)
		rc = end_one(cx, db, l, l->which->session_id);
	if (rc == ERR_OK && l->which->refresh_token != NULL)
		rc = end_by_token(cx, db, l);
	if (rc == ERR_OK && l->which->all)
		rc = end_all(cx, db, l);
	return rc;
}

enum err
signout(struct ctx *cx, const struct signin_site *site, const struct signout *which,
    int *ended)
{
	struct leaving l = {site, which, 0};
	enum err rc = db_transaction(cx, site->db, DB_MANAGEMENT, leave, &l);

	*ended = l.ended;
	return rc;
}
