/* rates.c - see rates.h. */
#include "controllers/rates.h"

#include <time.h>

#include "auth/perm.h"
#include "base/clock.h"
#include "controllers/standing.h"
#include "quota/metric.h"

/* What ratelimit_take() counts beside the classes of requests. */
enum {
	WARNINGS = RATE_WRITE + 1,
	OF_PARTNERS = WARNINGS,               /* and a class: a partner's requests */
	OF_TENANTS = OF_PARTNERS + RATE_WRITE /* and a class: a tenant's */
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

void
rates_tell(struct call *call)
{
	const struct rate_answer *rate = &call->rate;
	char text[STR_I64_SIZE];

	if (rate->limit == 0)
		return;
	response_header(call->rs, "RateLimit-Limit", str_from_i64(text, rate->limit));
	response_header(
	    call->rs, "RateLimit-Remaining", str_from_i64(text, rate->remaining));
	response_header(call->rs, "RateLimit-Reset", str_from_i64(text, rate->reset_s));
}

static enum err
take(struct app *app, struct call *call, const struct counted *c)
{
	struct rate_answer rate;

	if (call->route->rate == RATE_UNLIMITED || c->per_minute == 0)
		return ERR_OK;
	rate =
	    ratelimit_take(app->rates, c->cls, c->name, c->per_minute, clock_mono_ms());
	if (call->rate.limit == 0 || !rate.allowed ||
	    rate.remaining < call->rate.remaining)
		call->rate = rate;
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

/* -- tenants -- */

/* Whose affairs they are, or whom the token names; NULL: nobody's. */
static const char *
tenant_of(const struct call *call)
{
	const enum perm_level level = perm_level(call->route->perm);

	if (call->platform)
		return NULL;
	if (level == LEVEL_TENANT || level == LEVEL_VIEWER || level == LEVEL_MEMBER)
		return call->tenant_id;
	return level == LEVEL_USER && call->who.own ? call->who.tenant_id : NULL;
}

static int
until_next_month(int64_t now_s)
{
	const time_t now = (time_t)now_s;
	struct tm t;

	gmtime_r(&now, &t);
	t = (struct tm){.tm_year = t.tm_year, .tm_mon = t.tm_mon + 1, .tm_mday = 1};
	return (int)((int64_t)timegm(&t) - now_s);
}

static enum err
check_calls(struct app *app, struct call *call, const struct standing_limits *l)
{
	if (l->calls == QUOTA_NONE || l->used < l->calls ||
	    call->route->perm == PERM_TENANT_QUOTAS)
		return ERR_OK;
	scoreboard_add(app->board, app->slot, COUNTER_RATE_LIMITED, 1);
	err_tell(&call->cx.err, ERR_RATE_LIMITED,
	    "the tenant's %lld API calls of this month are used up",
	    (long long)l->calls);
	call->cx.err.retry_after = until_next_month(clock_wall_s());
	return ERR_RATE_LIMITED;
}

enum err
rates_count_tenant(struct app *app, struct call *call)
{
	const char *tenant = tenant_of(call);
	const bool reads = call->route->rate == RATE_READ;
	const int usual = reads ? app->conf->rate_read : app->conf->rate_write;
	const struct standing_limits *l;
	struct counted c = {.cls = OF_TENANTS + (int)call->route->rate, .name = tenant};
	enum err rc;

	if (tenant == NULL || call->route->rate == RATE_UNLIMITED)
		return ERR_OK;
	rc = standing_limits(&call->cx, app->standing, app->db, tenant, &l);
	if (rc != ERR_OK || l == NULL)
		return rc;
	if (usual != 0 || (reads ? l->read.own : l->write.own))
		c.per_minute = reads ? l->read.per_minute : l->write.per_minute;
	rc = take(app, call, &c);
	if (rc == ERR_OK)
		rc = check_calls(app, call, l);
	if (rc != ERR_OK)
		return rc;
	standing_admitted(app->standing, tenant);
	call->metered = tenant;
	return ERR_OK;
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
