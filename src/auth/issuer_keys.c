/* issuer_keys.c - the keys of an issuer, fetched and kept; see issuers.h. */
#include <string.h>

#include "auth/issuers.h"
#include "base/log.h"
#include "net/fetch.h"

enum { SCRATCH_MAX = 2 * 1024 * 1024 };

static enum err
fetch_set(struct ctx *cx, const struct issuer *i, struct jwks *out)
{
	struct fetch_reply r;
	enum err err;

	err = fetch_get(cx, i->jwks_url, i->jwks_timeout_ms, JWKS_SIZE_MAX, &r);
	if (err != ERR_OK)
		return err;
	if (r.status != 200)
		return err_set(&cx->err, ERR_UNAVAILABLE, "status %d", r.status);
	return jwks_parse(cx, r.body, out);
}

/* Replaces the set, or keeps it and says why not. */
static void
refresh(struct ctx *cx, struct issuer *i, int64_t now_s)
{
	char name[200], why[400];
	struct ctx scratch;
	struct jwks set = {0};

	i->tried_s = now_s;
	ctx_init(&scratch, arena_new(SCRATCH_MAX));
	scratch.deadline_ms = cx->deadline_ms;
	if (fetch_set(&scratch, i, &set) == ERR_OK) {
		jwks_fini(&i->keys);
		i->keys = set;
		i->fetched_s = now_s;
		i->generation++;
		log_event(LOG_INFO, cx, "jwks-fetched", "issuer=%s keys=%zu",
		    log_quote(name, sizeof(name), i->name), set.count);
	} else {
		log_event(LOG_WARNING, cx, "jwks-failed", "issuer=%s reason=%s",
		    log_quote(name, sizeof(name), i->name),
		    log_quote(why, sizeof(why), scratch.err.message));
	}
	arena_free(scratch.mem);
}

/* A wall clock that was set back makes every time of the future long ago. */
static bool
is_past(int64_t then_s, int64_t seconds, int64_t now_s)
{
	return then_s == 0 || now_s - then_s >= seconds || now_s < then_s;
}

bool
issuers_key_is_old(const struct issuer *i, int64_t now_s)
{
	return i->jwks_url != NULL && is_past(i->tried_s, JWKS_RETRY_S, now_s) &&
	    is_past(i->fetched_s, JWKS_MAX_AGE_S, now_s);
}

enum err
issuers_key(struct ctx *cx, struct issuer *i, const struct jws *t, int64_t now_s,
    struct slice *key)
{
	char q[JWS_QUOTE_SIZE];
	enum jwks_find found;
	const char *pem = NULL;

	if (i->own) {
		*key = i->secret;
		return ERR_OK;
	}
	found = jwks_find(&i->keys, t->alg, t->kid, &pem);
	if (i->jwks_url != NULL && is_past(i->tried_s, JWKS_RETRY_S, now_s) &&
	    (found == JWKS_UNKNOWN || is_past(i->fetched_s, JWKS_MAX_AGE_S, now_s))) {
		refresh(cx, i, now_s);
		found = jwks_find(&i->keys, t->alg, t->kid, &pem);
	}
	if (found == JWKS_KID_NEEDED)
		return jws_refuse(
		    cx, "kid is missing, and \"%.100s\" has several keys", i->name);
	if (found == JWKS_UNKNOWN)
		return jws_refuse(cx, "\"%.100s\" has no %s key %s", i->name,
		    jws_alg_name(t->alg),
		    log_quote(q, sizeof(q), t->kid == NULL ? "" : t->kid));
	*key = slice_of(pem);
	return ERR_OK;
}
