/* health.c - see health.h. */
#include "creation/health.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "creation/steps.h"
#include "policy/own.h"

static const struct {
	const char *kind;
	resource_look_fn *look;
} kinds[] = {
#define RESOURCE(sym, name, remove, look, meaning) {(name), (look)},
#include "creation/resources.def"
#undef RESOURCE
    {NULL, NULL},
};

static resource_look_fn *
look_of(const char *kind)
{
	for (size_t i = 0; kinds[i].kind != NULL; i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].look;
	return NULL;
}

/* -- a look -- */

/* What kept it from being looked at is why it is down: that its server is away, say. In
 * a ctx of its own, since that is no failure of whoever asks. */
enum err
health_look(struct ctx *cx, struct creation_means *means, const struct resource *r,
    int64_t until_ms)
{
	resource_look_fn *fn = look_of(r->kind);
	const char *health = "ok", *reason = NULL;
	const int64_t most = clock_mono_ms() + HEALTH_LOOK_MS;
	struct ctx one = *cx;

	if (fn == NULL)
		return ERR_OK; /* of a kind that this program does not know */
	one.deadline_ms = until_ms < most ? until_ms : most;
	err_clear(&one.err);
	if (fn(&one, means, r, &health, &reason) != ERR_OK) {
		log_error(LOG_WARNING, &one, "health-look-failed");
		health = "down";
		reason = arena_strdup(cx->mem, err_public(&one.err));
	}
	return resource_tell_health(cx, means->db, r, health, reason);
}

static bool
is_fresh(const struct resource *r)
{
	int64_t at_ms;

	return r->checked_at != NULL && clock_from_text(r->checked_at, &at_ms) &&
	    at_ms > clock_wall_ms() - HEALTH_FRESH_MS;
}

enum err
health_refresh(struct ctx *cx, struct creation_means *means, const char *tenant_id,
    int64_t until_ms)
{
	struct resource *list;
	int count;
	enum err rc = resources_of(cx, means->db, tenant_id, &list, &count);

	for (int i = 0; i < count && rc == ERR_OK && clock_mono_ms() < until_ms; i++)
		if (list[i].state == RESOURCE_MADE && !is_fresh(&list[i]))
			rc = health_look(cx, means, &list[i], until_ms);
	return rc;
}

struct turn {
	const struct conf *conf;
	struct resource r;
	bool found;
};

static enum err
claim(struct ctx *cx, struct db *db, void *arg)
{
	struct turn *t = arg;
	char seconds[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_resource_look_claim,
	    DB_ARGS(str_from_i64(seconds, t->conf->health_interval)), &rows);

	t->found = rc == ERR_OK && db_row_count(rows) > 0;
	if (t->found)
		t->r = (struct resource){
		    .id = db_text(rows, 0, 0),
		    .tenant_id = db_text(rows, 0, 1),
		    .operation_id = db_text(rows, 0, 2),
		    .step = db_text(rows, 0, 3),
		    .kind = db_text(rows, 0, 4),
		    .place = db_text(rows, 0, 5),
		    .name = db_text(rows, 0, 6),
		    .details = db_text(rows, 0, 7),
		    .health = db_text(rows, 0, 8),
		    .state = RESOURCE_MADE,
		};
	return rc;
}

enum err
health_next(struct ctx *cx, struct db *db, const struct conf *conf,
    struct resource *out, bool *found)
{
	struct turn t = {.conf = conf};
	enum err rc = db_transaction(cx, db, DB_MANAGEMENT, claim, &t);

	*found = rc == ERR_OK && t.found;
	*out = t.r;
	return rc;
}

/* -- what is known -- */

static int
badness(const char *health)
{
	static const char *const order[] = {"ok", "unknown", "degraded", "down"};

	for (size_t i = 0; i < COUNT_OF(order); i++)
		if (strcmp(order[i], health) == 0)
			return (int)i;
	return 0;
}

static void
worsen(struct health_report *h, const char *health)
{
	if (badness(health) > badness(h->health))
		h->health = health;
}

static struct health_component
counted(struct ctx *cx, const char *name, int64_t count, const char *words)
{
	if (count == 0)
		return (struct health_component){name, "ok", NULL};
	return (struct health_component){name, "degraded",
	    arena_printf(cx->mem, "%lld %s", (long long)count, words)};
}

static struct health_component
tenant_of(struct ctx *cx, const char *status, const char *reason)
{
	struct health_component c = {"tenant", "ok", NULL};

	if (strcmp(status, "active") == 0)
		return c;
	c.health = strcmp(status, "provisioning") == 0 ? "degraded" : "down";
	c.reason = str_is_set(reason)
	    ? arena_printf(cx->mem, "is %s: %s", status, reason)
	    : arena_printf(cx->mem, "is %s", status);
	return c;
}

/* Features may have been taken from the tenant that its policy asks for. */
static enum err
policy_of(
    struct ctx *cx, struct db *db, const char *tenant_id, struct health_component *out)
{
	struct policy_own own;
	struct ctx one;
	enum err rc = policy_own_read(cx, db, tenant_id, &own);

	*out = (struct health_component){"securityPolicy", "ok", NULL};
	if (rc != ERR_OK)
		return rc;
	one = *cx;
	if (policy_own_check(&one, &own) != ERR_OK) {
		out->health = "degraded";
		out->reason = arena_strdup(cx->mem, err_public(&one.err));
	}
	return ERR_OK;
}

static enum err
read_components(struct ctx *cx, struct db *db, const char *tenant_id,
    struct health_component out[HEALTH_COMPONENTS])
{
	struct db_rows *rows;
	enum err rc = db_read(
	    cx, db, DB_MANAGEMENT, DB_CALL(STMT_health_components, tenant_id), &rows);

	if (rc != ERR_OK)
		return rc;
	out[0] = tenant_of(cx, db_text(rows, 0, 3), db_text(rows, 0, 4));
	out[1] = counted(cx, "operations", db_i64(rows, 0, 2),
	    "operations wait for somebody to retry or cancel them");
	out[2] = counted(cx, "webhooks", db_i64(rows, 0, 0),
	    "webhooks were turned off, since their deliveries failed");
	out[3] =
	    counted(cx, "jobs", db_i64(rows, 0, 1), "jobs were tried and given up");
	return policy_of(cx, db, tenant_id, &out[4]);
}

enum err
health_read(
    struct ctx *cx, struct db *db, const char *tenant_id, struct health_report *out)
{
	enum err rc;

	*out = (struct health_report){.health = "ok"};
	rc = resources_of(cx, db, tenant_id, &out->resources, &out->resource_count);
	if (rc == ERR_OK)
		rc = read_components(cx, db, tenant_id, out->components);
	for (int i = 0; i < out->resource_count && rc == ERR_OK; i++)
		worsen(out, out->resources[i].health);
	for (int i = 0; i < HEALTH_COMPONENTS && rc == ERR_OK; i++)
		worsen(out, out->components[i].health);
	return rc;
}
