/* admit.c - see admit.h. */
#include "flows/admit.h"

#include <assert.h>
#include <string.h>

#include "auth/claims.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "role/scopes.h"
#include "tenant/member.h"

enum { SCOPE_MAX = 4096, SCOPES_MAX = 4, DAY_S = 86400 };

/* -- the tenant and its policy -- */

/* The one they were assigned to, unless another can be used and that one cannot. */
static enum err
read_tenant(struct ctx *cx, struct db *db, const struct user *user, struct tenant *out)
{
	struct tenant_seeker who = {user->id, user->tenant_id, true};
	bool found;
	enum err rc = tenant_query_of_user(cx, db, &who, out, &found);

	if (rc == ERR_OK && found && who.preferred != NULL &&
	    !tenant_is_usable(out->status)) {
		who.preferred = NULL;
		rc = tenant_query_of_user(cx, db, &who, out, &found);
	}
	if (rc == ERR_OK &&
	    (!found || (user->superuser && !tenant_is_usable(out->status))))
		*out = (struct tenant){0};
	return rc;
}

/* Whether there is such a tenant at all is not theirs to know. */
static enum err
read_named(
    struct ctx *cx, struct db *db, const struct tenant_claim *claim, struct tenant *out)
{
	struct tenant_member member;
	bool found;
	enum err rc = tenant_query_member(cx, db, claim, &member, &found);

	if (rc == ERR_OK && !found)
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "you are no member of a tenant of this id: name one of yours, or "
		    "none");
	if (rc == ERR_OK)
		*out = member.tenant;
	return rc;
}

enum err
admit_read(struct ctx *cx, struct db *db, const struct user *user, const char *named,
    struct admission *out)
{
	enum err rc;

	*out = (struct admission){.user = *user};
	rc = named == NULL
	    ? read_tenant(cx, db, user, &out->tenant)
	    : read_named(
		  cx, db, &(struct tenant_claim){user->id, named, false}, &out->tenant);
	return rc == ERR_OK ? policy_query(cx, db, out->tenant.id, &out->policy) : rc;
}

static enum err
check_tenant(struct ctx *cx, const struct tenant *t)
{
	if (t->id == NULL || tenant_is_usable(t->status))
		return ERR_OK;
	if (strcmp(t->status, "suspended") == 0)
		return err_tell(&cx->err, ERR_TENANT_SUSPENDED,
		    "your tenant \"%.100s\" is suspended: a superuser can resume it, "
		    "with "
		    "POST /admin/tenants/%s/resume or \"tenantd tenant resume %s\"",
		    t->name, t->id, t->id);
	return err_tell(&cx->err, ERR_TENANT_INACTIVE,
	    "your tenant \"%.100s\" is not active: a superuser can resume it, with "
	    "POST /admin/tenants/%s/resume or \"tenantd tenant resume %s\"",
	    t->name, t->id, t->id);
}

enum err
admit_check(struct ctx *cx, const struct admission *a, const char *address)
{
	const struct policy *p = &a->policy;
	enum err rc = check_tenant(cx, &a->tenant);

	if (rc != ERR_OK)
		return rc;
	if (!policy_admits(p, address)) {
		ctx_fault(cx, "/address", "network.allow",
		    "%s is in none of the ranges that the tenant allows", address);
		return err_tell(&cx->err, ERR_POLICY,
		    "the tenant's security policy does not let you sign in from %s: "
		    "one of its admins can add the address to network.allow",
		    address);
	}
	if (p->password_days > 0 &&
	    a->user.password_age_s > (int64_t)p->password_days * DAY_S)
		return err_tell(&cx->err, ERR_PASSWORD_EXPIRED,
		    "the password is older than %d days: choose another with POST "
		    "/users/password-reset",
		    p->password_days);
	return ERR_OK;
}

struct session_terms
admit_terms(const struct admission *a, const struct conf *conf)
{
	return (struct session_terms){
	    .most = a->policy.sessions_most,
	    .timeout_s = a->policy.session_timeout_s,
	    .extends = a->policy.session_extends,
	    .longest_s = conf->refresh_token_expire_days * DAY_S,
	};
}

/* -- scopes -- */

enum err
admit_check_scope(struct ctx *cx, const char *scope)
{
	if (scope == NULL)
		return ERR_OK;
	for (const char *p = scope; *p != '\0'; p++)
		if (*p < ' ' || *p > '~' || *p == '"' || *p == '\\')
			return err_tell(&cx->err, ERR_SCOPE,
			    "the scope is not of words with blanks between them");
	return ERR_OK;
}

static bool
has_word(const char *text, struct slice word)
{
	struct slice rest = slice_of(text), w;

	while (slice_next(&rest, ' ', &w))
		if (w.n == word.n && memcmp(w.p, word.p, w.n) == 0)
			return true;
	return false;
}

static bool
narrows(const char *text)
{
	return text != NULL && text[strspn(text, " ")] != '\0';
}

/* names: SCOPES_MAX and a NULL. What they have there and nobody narrowed away. */
static enum err
grant_scopes(struct ctx *cx, const struct tenant *t, const struct admit_wish *w,
    const char **names)
{
	const char *all = role_scopes_words(cx->mem, role_scopes_granted(t->grants));
	struct slice rest = slice_of(all), word;
	int n = 0;

	while (slice_next(&rest, ' ', &word)) {
		if (word.n == 0)
			continue; /* they have nothing at all */
		if ((narrows(w->kept) && !has_word(w->kept, word)) ||
		    (narrows(w->asked) && !has_word(w->asked, word)))
			continue;
		assert(n < SCOPES_MAX);
		names[n++] = slice_dup(cx->mem, word);
	}
	names[n] = NULL;
	if (n == 0 && narrows(w->asked))
		return err_tell(&cx->err, ERR_SCOPE,
		    "nothing of this scope can be granted: in your tenant you have %s",
		    all);
	return ERR_OK;
}

/* -- the token -- */

static const char *
words_of(struct ctx *cx, const char *const *names)
{
	struct buf b;

	buf_init(&b, cx->mem, SCOPE_MAX);
	for (int i = 0; names[i] != NULL; i++)
		buf_printf(&b, "%s%s", i > 0 ? " " : "", names[i]);
	return buf_text(&b);
}

static int64_t
lifetime_of(const struct conf *conf, const struct admit_wish *w)
{
	const int64_t usual = (int64_t)conf->access_token_expire_minutes * 60;

	return w->enrol || w->left_s > usual ? usual : w->left_s;
}

enum err
admit_issue(struct ctx *cx, const struct conf *conf, const struct admission *a,
    const struct admit_wish *w, struct signin_answer *out)
{
	const char *scopes[SCOPES_MAX + 1] = {NULL}, *roles[2] = {NULL, NULL};
	struct token_claims claims = {.sub = a->user.id,
	    .roles = roles,
	    .scopes = scopes,
	    .session_id = w->session_id,
	    .narrowed = narrows(w->kept) || narrows(w->asked),
	    .now_s = clock_wall_s()};
	enum err rc = ERR_OK;

	if (w->enrol)
		scopes[0] = PERM_SCOPE_ENROL;
	else if (a->tenant.id != NULL) {
		claims.tenant_id = a->tenant.id;
		roles[0] = a->tenant.role;
		rc = grant_scopes(cx, &a->tenant, w, scopes);
	}
	if (rc != ERR_OK)
		return rc;
	/* One that came in by hand may be none that a claim can carry. */
	if (claim_text_is_fit(a->user.email, CLAIM_EMAIL_MAX))
		claims.email = a->user.email;
	out->user = a->user;
	out->tenant_id = claims.tenant_id;
	out->scope = words_of(cx, scopes);
	out->lifetime_s = lifetime_of(conf, w);
	out->enrol = w->enrol;
	claims.lifetime_s = (int)out->lifetime_s;
	return token_issue(cx, conf, &claims, &out->access_token);
}
