/* signin_client.c - see signin_client.h. */
#include "flows/signin_client.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "flows/admit.h"
#include "people/throttle.h"
#include "json/json.h"

enum { DETAILS_MAX = 4096, SCOPES_MAX = 8 };

/* One try, from its beginning to its end. */
struct attempt {
	const struct signin_site *site;
	const struct signin_client *try;
	struct signin_answer *out;
	struct client client; /* whose id it is; id NULL: nobody's */
	bool ok;              /* the secret is the client's, which is in force */
	struct throttle throttle;
	struct err_info refusal; /* what is told though all is committed */
};

/* -- what is left in the audit log -- */

/* reason NULL: there was nothing to refuse. */
static enum err
record(struct ctx *cx, struct db *db, const struct attempt *a, const char *event,
    const char *reason)
{
	const bool signed_in = reason == NULL;
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	if (a->client.id != NULL)
		json_member_text(&o, "client_id", a->client.id);
	if (signed_in)
		json_member_text(&o, "scope", a->out->scope);
	else
		json_member_text(&o, "reason", reason);
	json_close_object(&o);
	return audit_append(cx, a->site->audit, db,
	    &(struct audit_entry){.event = event,
		.severity = signed_in ? AUDIT_LOW : AUDIT_MEDIUM,
		.actor = a->client.id,
		.tenant_id = a->client.tenant_id,
		.address = a->site->address,
		.details = buf_text(&b)});
}

/* Keeps what is told until the transaction is through. */
static enum err
refuse(struct ctx *cx, struct db *db, struct attempt *a, const char *reason)
{
	a->refusal = cx->err;
	err_clear(&cx->err);
	return reason != NULL ? record(cx, db, a, "CLIENT_SIGN_IN_FAILED", reason)
			      : ERR_OK;
}

static enum err
refuse_early(struct ctx *cx, struct db *db, struct attempt *a)
{
	const int64_t wait_s = a->throttle.wait_s;
	enum err rc = ERR_OK;

	if (a->throttle.first)
		rc = record(cx, db, a, "CLIENT_SIGN_IN_THROTTLED",
		    arena_printf(
			cx->mem, "to wait for %lld seconds", (long long)wait_s));
	if (rc != ERR_OK)
		return rc;
	err_tell(&cx->err, ERR_RATE_LIMITED,
	    "too many failed attempts to sign in: try again in %lld seconds",
	    (long long)wait_s);
	cx->err.retry_after = (int)wait_s;
	return refuse(cx, db, a, NULL);
}

static enum err
refuse_stranger(struct ctx *cx, struct db *db, struct attempt *a)
{
	const char *reason = a->client.id == NULL ? "unknown client"
	    : a->client.revoked_at != NULL        ? "revoked client"
						  : "wrong secret";

	(void)err_set(&cx->err, ERR_CLIENT, "%s", reason);
	return refuse(cx, db, a, reason);
}

/* -- what it may have -- */

static bool
text_has(const char *text, const char *word)
{
	struct slice rest = slice_of(text), w;

	while (slice_next(&rest, ' ', &w))
		if (slice_eq(w, word))
			return true;
	return false;
}

static bool
list_has(const struct json *list, struct slice word)
{
	for (size_t i = 0; i < json_count(list); i++)
		if (slice_eq(word, json_text(json_item(list, i))))
			return true;
	return false;
}

/* A machine that asks for more than it has is wrong about itself: it is told. */
static enum err
check_asked(struct ctx *cx, const struct json *has, const char *asked)
{
	struct slice rest = slice_of(asked), word;

	while (slice_next(&rest, ' ', &word))
		if (word.n > 0 && !list_has(has, word))
			return err_tell(&cx->err, ERR_SCOPE,
			    "the client does not have the scope %.*s",
			    word.n < 100 ? (int)word.n : 100, word.p);
	return ERR_OK;
}

/* names: SCOPES_MAX and a NULL: what the client has, as far as it is asked for. */
static enum err
grant_scopes(struct ctx *cx, const struct attempt *a, const char **names)
{
	const char *asked = a->try->scope;
	const bool all = asked == NULL || asked[strspn(asked, " ")] == '\0';
	const struct json *has;
	int n = 0;
	enum err rc =
	    json_parse(cx, a->client.scopes, strlen(a->client.scopes), 0, &has);

	if (rc == ERR_OK)
		rc = check_asked(cx, has, asked);
	for (size_t i = 0; rc == ERR_OK && i < json_count(has); i++) {
		const char *name = json_text(json_item(has, i));

		assert(n < SCOPES_MAX);
		if (all || text_has(asked, name))
			names[n++] = name;
	}
	return rc;
}

static const char *
words_of(struct ctx *cx, const char *const *names)
{
	struct buf b;

	buf_init(&b, cx->mem, DETAILS_MAX);
	for (int i = 0; names[i] != NULL; i++)
		buf_printf(&b, "%s%s", i > 0 ? " " : "", names[i]);
	return buf_text(&b);
}

static enum err
issue(struct ctx *cx, struct attempt *a)
{
	const char *scopes[SCOPES_MAX + 1] = {NULL};
	const struct conf *conf = a->site->conf;
	const struct token_claims claims = {.sub = a->client.id,
	    .client_id = a->client.id,
	    .tenant_id = a->client.tenant_id,
	    .scopes = scopes,
	    .now_s = clock_wall_s()};
	enum err rc = grant_scopes(cx, a, scopes);

	if (rc != ERR_OK)
		return rc;
	a->out->scope = words_of(cx, scopes);
	a->out->tenant_id = a->client.tenant_id;
	a->out->lifetime_s = (int64_t)conf->access_token_expire_minutes * 60;
	return token_issue(cx, conf, &claims, &a->out->access_token);
}

/* -- the try -- */

/* What holds for people but for their passwords: the tenant is usable, and its policy
 * lets in whoever is at this address. */
static enum err
check(struct ctx *cx, struct db *db, const struct attempt *a)
{
	struct admission tenants = {.tenant = {.id = a->client.tenant_id,
					.name = a->client.tenant_name,
					.status = a->client.tenant_status}};
	enum err rc = policy_query(cx, db, a->client.tenant_id, &tenants.policy);

	return rc == ERR_OK ? admit_check(cx, &tenants, a->site->address) : rc;
}

static bool
is_refusal(enum err rc)
{
	return rc == ERR_TENANT_SUSPENDED || rc == ERR_TENANT_INACTIVE ||
	    rc == ERR_POLICY || rc == ERR_SCOPE;
}

/* With the right secret: nothing of what follows is a guess. */
static enum err
let_in(struct ctx *cx, struct db *db, struct attempt *a)
{
	enum err rc = check(cx, db, a);

	if (rc == ERR_OK)
		rc = issue(cx, a);
	if (is_refusal(rc))
		rc = refuse(cx, db, a, err_slug(rc));
	else if (rc == ERR_OK)
		rc = record(cx, db, a, "CLIENT_SIGNED_IN", NULL);
	if (rc == ERR_OK)
		rc = client_note_use(cx, db, &a->client);
	return rc == ERR_OK ? throttle_forgive(cx, db, &a->throttle) : rc;
}

/* Who has no client of this name is counted, too, by what they call it. The blank keeps
 * it apart from every address of a person. */
static enum err
decide(struct ctx *cx, struct db *db, void *arg)
{
	struct attempt *a = arg;
	const struct throttle_who who = {
	    .account = arena_printf(cx->mem, "client %s", a->try->shown.id),
	    .address = a->site->address};
	enum err rc = throttle_password(cx, db, &who, &a->throttle);

	*a->out = (struct signin_answer){0};
	a->refusal = (struct err_info){0};
	if (rc != ERR_OK)
		return rc;
	if (a->throttle.wait_s > 0)
		return refuse_early(cx, db, a);
	return a->ok ? let_in(cx, db, a) : refuse_stranger(cx, db, a);
}

enum err
signin_by_client(struct ctx *cx, const struct signin_site *site,
    const struct signin_client *try, struct signin_answer *out)
{
	struct attempt a = {.site = site, .try = try, .out = out};
	enum err rc = admit_check_scope(cx, try->scope);

	if (rc == ERR_OK)
		rc = client_authenticate(cx, site->db, &try->shown, &a.client, &a.ok);
	if (rc != ERR_OK)
		return rc;
	cx->actor = a.ok ? a.client.id : NULL;
	rc = db_transaction(cx, site->db, DB_MANAGEMENT, decide, &a);
	if (rc == ERR_OK && a.refusal.code != ERR_OK) {
		cx->err = a.refusal;
		rc = a.refusal.code;
	}
	return rc;
}
