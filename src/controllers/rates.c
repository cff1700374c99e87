/* rates.c - see rates.h. */
#include "controllers/rates.h"

#include "base/clock.h"

/* What ratelimit_take() counts beside the classes of requests. */
enum {
	WARNINGS = RATE_WRITE + 1,
	OF_PARTNERS = WARNINGS /* and a class: a partner's requests */
};

/* Who is counted, and how much they may. */
struct counted {
	int cls;
	const char *name;
	int per_minute; /* 0: without a bound */
};

static struct counted
counted_of(const struct app *app, const struct call *call)
{
	const enum rate_class cls = call->route->rate;
	const char *user = call->who.user.text;

	return (struct counted){
	    .cls = (int)cls,
	    .name = user[0] != '\0' ? user : call->rq.client,
	    .per_minute =
		cls == RATE_READ ? app->conf->rate_read : app->conf->rate_write,
	};
}

static void
tell(struct response *rs, const struct rate_answer *rate)
{
	char text[STR_I64_SIZE];

	response_header(rs, "RateLimit-Limit", str_from_i64(text, rate->limit));
	response_header(rs, "RateLimit-Remaining", str_from_i64(text, rate->remaining));
	response_header(rs, "RateLimit-Reset", str_from_i64(text, rate->reset_s));
}

static enum err
take(struct app *app, struct call *call, const struct counted *c)
{
	struct rate_answer rate;

	if (call->route->rate == RATE_UNLIMITED || c->per_minute == 0)
		return ERR_OK;
	rate =
	    ratelimit_take(app->rates, c->cls, c->name, c->per_minute, clock_mono_ms());
	tell(call->rs, &rate);
	if (rate.allowed)
		return ERR_OK;
	scoreboard_add(app->board, app->slot, COUNTER_RATE_LIMITED, 1);
	err_tell(&call->cx.err, ERR_RATE_LIMITED, "more than %d requests a minute",
	    c->per_minute);
	call->cx.err.retry_after = rate.retry_after;
	return ERR_RATE_LIMITED;
}

enum err
rates_count(struct app *app, struct call *call)
{
	const struct counted c = counted_of(app, call);

	return take(app, call, &c);
}

enum err
rates_count_partner(struct app *app, struct call *call)
{
	const struct partner *p = call->partner;
	const int own = call->route->rate == RATE_READ ? p->rate_read : p->rate_write;
	struct counted c = counted_of(app, call);

	c.cls += OF_PARTNERS;
	c.name = p->id;
	if (own != 0)
		c.per_minute = own;
	return take(app, call, &c);
}

enum err
rates_count_refused(struct app *app, struct call *call)
{
	const struct err_info refused = call->cx.err;
	enum err rc = rates_count(app, call);

	if (rc != ERR_OK)
		return rc;
	call->cx.err = refused;
	return refused.code;
}

bool
rates_may_warn(struct app *app)
{
	return ratelimit_take(app->rates, WARNINGS, "", 1, clock_mono_ms()).allowed;
}
