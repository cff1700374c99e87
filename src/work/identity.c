/*
 * identity.c - a user's attributes at the identity provider: what they should be now,
 * less what it is known to have.
 *
 * They are read when the job runs, not when it was queued: so a repeated or late job
 * does no harm, and the last one ends in what is right.
 */
#include "base/log.h"
#include "crypto/random.h"
#include "identity/state.h"
#include "tenant/tenant.h"
#include "work/work.h"

enum { THROTTLED_MS = 1000, QUOTED_SIZE = 300 };

static const char *
user_of(const struct work_item *it)
{
	return json_get_text(it->payload, "userId");
}

/* -- before the call -- */

/* The tenant that getOrCreate would find. *tenant_id NULL: none. */
static enum err
read_wanted(
    struct work *w, struct work_item *it, const char **wanted, const char **tenant_id)
{
	const struct tenant_seeker who = {user_of(it), NULL, true};
	struct tenant t;
	bool found;
	enum err rc = tenant_query_of_user(&it->cx, w->db, &who, &t, &found);

	*tenant_id = NULL;
	if (rc != ERR_OK || !found)
		return rc;
	*tenant_id = t.id;
	wanted[IDENTITY_TENANT_ID] = t.id;
	wanted[IDENTITY_NUMBER] = t.number;
	wanted[IDENTITY_PLAN] = t.plan;
	wanted[IDENTITY_STATUS] = t.status;
	wanted[IDENTITY_ONBOARDING] = t.onboarding_status;
	return ERR_OK;
}

static enum err
ask(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	const char *wanted[IDENTITY_ATTRIBUTE_COUNT] = {NULL};
	struct identity_call *call = arena_alloc(it->cx.mem, sizeof(*call));
	struct identity_state state;
	enum err rc;

	*call = (struct identity_call){
	    .provider = identity_provider_of(w->conf), .user_id = user_of(it)};
	it->state = call;
	*verdict = WORK_DONE;
	if (call->provider == NULL) /* any more */
		return ERR_OK;
	rc = read_wanted(w, it, wanted, &call->tenant_id);
	if (rc == ERR_OK)
		rc = identity_state_find(
		    &it->cx, w->db, call->provider, call->user_id, &state);
	if (rc != ERR_OK)
		return rc;
	identity_state_compare(call->provider, &state, wanted, &call->changes);
	if (call->changes.count == 0)
		return ERR_OK;
	*verdict = WORK_ASK;
	rc = identity_state_doubt(&it->cx, w->db, call);
	return rc == ERR_OK ? call->provider->write(&it->cx, w->conf, call->user_id,
				  &call->changes, &it->ask)
			    : rc;
}

/* -- after it -- */

static void
log_outcome(struct work_item *it, enum log_level level, const char *event)
{
	const struct identity_call *call = it->state;
	char user[QUOTED_SIZE], why[2 * QUOTED_SIZE];

	log_event(level, &it->cx, event, "provider=%s user=%s why=%s",
	    call->provider->name, log_quote(user, sizeof(user), call->user_id),
	    log_quote(why, sizeof(why), it->why));
}

/* Logged at the first time. */
static enum err
miss(struct work *w, struct work_item *it)
{
	const struct identity_call *call = it->state;
	struct identity_state state;
	enum err rc =
	    identity_state_find(&it->cx, w->db, call->provider, call->user_id, &state);

	if (rc == ERR_OK && !state.missing)
		log_outcome(it, LOG_WARNING, "identity-user-missing");
	return rc == ERR_OK ? identity_state_miss(&it->cx, w->db, call) : rc;
}

/* Between once and twice THROTTLED_MS: those who were refused together do not come back
 * together. */
static int64_t
pause_ms(struct work_item *it)
{
	uint32_t random = 0;

	if (random_bytes(&it->cx.err, &random, sizeof(random)) != ERR_OK)
		ctx_clear(&it->cx);
	return THROTTLED_MS + random % THROTTLED_MS;
}

static enum err
finish(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	const struct identity_call *call = it->state;
	struct identity_judgement j =
	    call->provider->judge(&it->cx, w->conf, it->reply);

	it->why = j.why;
	it->told = "the identity provider did not take the user's attributes";
	*verdict = WORK_RETRY;
	switch (j.outcome) {
	case IDENTITY_OK:
		*verdict = WORK_DONE;
		return identity_state_acknowledge(&it->cx, w->db, call);
	case IDENTITY_MISSING_USER:
		*verdict = WORK_DONE;
		return miss(w, it);
	case IDENTITY_THROTTLED:
		it->uncounted = true;
		it->retry_ms = pause_ms(it);
		return ERR_OK;
	case IDENTITY_BROKEN:
		*verdict = WORK_DEAD;
		log_outcome(it, LOG_WARNING, "identity-not-taken");
		return ERR_OK;
	case IDENTITY_DENIED:
	case IDENTITY_AWAY:
		log_outcome(it, LOG_WARNING, "identity-not-reached");
		return ERR_OK;
	case IDENTITY_UNSET:
	case IDENTITY_OUTCOME_COUNT:
		break;
	}
	return err_set(
	    &it->cx.err, ERR_INTERNAL, "the provider's answer was not judged");
}

enum err
identity_sync(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	if (it->reply != NULL)
		return finish(w, it, verdict);
	if (user_of(it) == NULL) {
		it->why = "the job names no user";
		*verdict = WORK_DEAD;
		return ERR_OK;
	}
	return ask(w, it, verdict);
}
