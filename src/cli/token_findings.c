/* token_findings.c - what a token says itself; see token_findings.h. */
#include "cli/token_findings.h"

#include <inttypes.h>
#include <string.h>

#include "auth/claims.h"
#include "auth/jws.h"
#include "base/clock.h"
#include "base/log.h"

#define SIGN_IN_AGAIN "sign in again: POST /login"

/* A token's own words may be anything: they are quoted, and cut. */
static const char *
quoted(struct doctor *d, const char *text)
{
	char q[JWS_QUOTE_SIZE];

	return arena_strdup(d->cx->mem, log_quote(q, sizeof(q), text));
}

/* -- the issuer, and what its tokens are to look like -- */

/* Whether another issuer of the settings is meant: their keys are not here to try. */
static bool
is_of_others(struct doctor *d, const char *iss)
{
	struct issuers all;
	struct issuer *i;
	bool others;

	if (iss == NULL)
		return false;
	if (issuers_new(d->cx, d->conf, &all) != ERR_OK) {
		doctor_find_error(d, "see JWT_ISSUERS_FILE in tenantd.conf(5)");
		return false;
	}
	i = issuers_find(&all, iss);
	others = i != NULL && !i->own;
	issuers_fini(&all);
	return others;
}

/* Whether it is, or claims to be, one of our own. */
static bool
check_issuer(struct doctor *d, const struct jws *t)
{
	const char *iss = json_get_text(t->payload, "iss"), *ours = d->conf->jwt_issuer;

	d->check = "issuer";
	if (is_of_others(d, iss)) {
		doctor_find(d, DOCTOR_OK, NULL,
		    "it was issued by %s, whose own keys decide", quoted(d, iss));
		return false;
	}
	if (iss == NULL && str_is_set(ours))
		doctor_find(d, DOCTOR_BROKEN, SIGN_IN_AGAIN,
		    "it names no issuer (iss), where JWT_ISSUER asks for \"%s\"", ours);
	else if (iss != NULL && !str_is_set(ours))
		doctor_find(d, DOCTOR_BROKEN,
		    "if it is ours, set JWT_ISSUER to that; else list its issuer in "
		    "JWT_ISSUERS_FILE",
		    "it names the issuer %s, and JWT_ISSUER is not set",
		    quoted(d, iss));
	else if (iss != NULL && strcmp(iss, ours) != 0)
		doctor_find(d, DOCTOR_BROKEN,
		    "correct JWT_ISSUER, or list its issuer in JWT_ISSUERS_FILE",
		    "it names the issuer %s, where JWT_ISSUER is \"%s\"",
		    quoted(d, iss), ours);
	return jws_alg_is_hmac(t->alg);
}

static bool
names_audience(const struct json *aud, const char *ours)
{
	if (json_text(aud) != NULL)
		return strcmp(json_text(aud), ours) == 0;
	for (size_t i = 0; i < json_count(aud); i++) {
		const char *one = json_text(json_item(aud, i));

		if (one != NULL && strcmp(one, ours) == 0)
			return true;
	}
	return false;
}

static void
check_audience(struct doctor *d, const struct jws *t)
{
	const char *ours = d->conf->jwt_audience;

	d->check = "audience";
	if (str_is_set(ours) && !names_audience(json_get(t->payload, "aud"), ours))
		doctor_find(d, DOCTOR_BROKEN,
		    "correct JWT_AUDIENCE, or sign in again if it was set since",
		    "its audience (aud) is not \"%s\", which JWT_AUDIENCE asks for",
		    ours);
	else if (!str_is_set(ours) && json_has(t->payload, "aud"))
		doctor_find(d, DOCTOR_BROKEN,
		    "set JWT_AUDIENCE to what it names, if that means this server",
		    "it is for an audience (aud), and JWT_AUDIENCE is not set");
}

/* -- the signature -- */

static void
check_algorithm(struct doctor *d, const struct jws *t)
{
	d->check = "algorithm";
	if (t->alg != jws_alg_find(d->conf->algorithm))
		doctor_find(d, DOCTOR_BROKEN,
		    "let whoever signs use the algorithm of ALGORITHM, or change that",
		    "it is signed with %s, where ALGORITHM is %s", jws_alg_name(t->alg),
		    d->conf->algorithm);
}

static bool
is_signed_with(struct doctor *d, const struct jws *t, const char *key)
{
	bool good = str_is_set(key) && jws_verify(d->cx, t, slice_of(key)) == ERR_OK;

	ctx_clear(d->cx);
	return good;
}

static void
check_signature(struct doctor *d, const struct jws *t)
{
	d->check = "signature";
	if (!str_is_set(d->conf->jwt_secret_key))
		doctor_find(d, DOCTOR_BROKEN,
		    "set JWT_SECRET_KEY to the key that it was signed with",
		    "JWT_SECRET_KEY is not set: no token of our own is taken");
	else if (is_signed_with(d, t, d->conf->jwt_secret_key))
		doctor_find(d, DOCTOR_OK, NULL, "it is signed with JWT_SECRET_KEY");
	else if (is_signed_with(d, t, d->conf->secret_key))
		doctor_find(d, DOCTOR_BROKEN,
		    "let whoever signs use JWT_SECRET_KEY; SECRET_KEY seals what is "
		    "stored",
		    "it is signed with SECRET_KEY, not with JWT_SECRET_KEY");
	else
		doctor_find(d, DOCTOR_BROKEN,
		    "sign in again, if JWT_SECRET_KEY was replaced since; where "
		    "another "
		    "program signs or another host answers, give all of them the same "
		    "JWT_SECRET_KEY",
		    "it is signed with another key than JWT_SECRET_KEY, or was altered "
		    "since");
}

/* -- when -- */

static void
check_times(struct doctor *d, const struct jws *t)
{
	int64_t now = clock_wall_s();
	const int leeway = d->conf->jwt_leeway;
	struct claim_times times;
	char text[CLOCK_TEXT_SIZE];

	d->check = "time";
	if (claims_read_times(d->cx, t->payload, &times) != ERR_OK) {
		doctor_find_error(d, SIGN_IN_AGAIN);
		return;
	}
	clock_text(text, times.expires_s * 1000);
	if (now >= times.expires_s + leeway)
		doctor_find(d, DOCTOR_BROKEN,
		    SIGN_IN_AGAIN
		    ", or POST /token with grant_type=refresh_token; ACCESS_TOKEN_"
		    "EXPIRE_MINUTES says how long tokens last",
		    "it expired at %s, %" PRId64 " seconds ago", text,
		    now - times.expires_s);
	else if (now + leeway < times.begins_s)
		doctor_find(d, DOCTOR_BROKEN,
		    "let this host and the one that signs follow NTP",
		    "it is not valid for another %" PRId64 " seconds (nbf)",
		    times.begins_s - now);
	else
		doctor_find(d, DOCTOR_OK, NULL, "it is valid until %s", text);
}

static const char *
text_claim(struct doctor *d, const struct jws *t, const char *name)
{
	const char *text = json_get_text(t->payload, name);

	return claim_text_is_fit(text, CLAIM_TEXT_MAX) ? arena_strdup(d->cx->mem, text)
						       : NULL;
}

void
token_find_form(struct doctor *d, const char *token, struct token_subject *out)
{
	struct jws t;

	*out = (struct token_subject){0};
	d->check = "form";
	if (jws_parse(d->cx, token, &t) != ERR_OK) {
		doctor_find_error(d,
		    "show the whole access_token of an answer, without \"Bearer\" and "
		    "without quotes");
		return;
	}
	out->own = check_issuer(d, &t);
	out->user_id = text_claim(d, &t, "sub");
	out->tenant_id = text_claim(d, &t, "tenant_id");
	if (out->own) {
		check_algorithm(d, &t);
		check_signature(d, &t);
		check_audience(d, &t);
	}
	check_times(d, &t);
}
