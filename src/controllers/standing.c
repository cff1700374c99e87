/* standing.c - see standing.h. */
#include "controllers/standing.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "quota/quota.h"
#include "tenant/tenant.h"

/* A tenant has WAYS places: of those, the one that was used longest ago makes way. */
enum { WAYS = 8, ID_SIZE = 64, STATUS_SIZE = 16, SCOPES_SIZE = 24 };

struct place {
	int64_t read_ms; /* 0: nothing is here */
	uint64_t changes, news, used;
	char id[ID_SIZE];
	char status[STATUS_SIZE]; /* "": there is no such tenant */
	char scopes[SCOPES_SIZE]; /* of which it is suspended, "": none */
	struct standing_limits limits;
};

struct standings {
	const struct wakeup *wakeup;
	uint64_t clock; /* grows with each look */
	size_t sets;
	struct place *places;
};

struct standings *
standing_new(struct arena *mem, int tenants, const struct wakeup *wakeup)
{
	struct standings *s = arena_alloc(mem, sizeof(*s));

	s->wakeup = wakeup;
	s->sets = ((size_t)tenants + WAYS - 1) / WAYS;
	s->places = arena_alloc(mem, s->sets * WAYS * sizeof(*s->places));
	return s;
}

/* FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
static struct place *
set_of(struct standings *s, const char *id)
{
	uint32_t h = 2166136261u;

	for (; *id != '\0'; id++)
		h = (h ^ (unsigned char)*id) * 16777619u;
	return &s->places[h % s->sets * WAYS];
}

/* Where it is, else where it will be. */
static struct place *
place_of(struct standings *s, const char *id)
{
	struct place *set = set_of(s, id), *oldest = set;

	for (int i = 0; i < WAYS; i++) {
		if (set[i].read_ms != 0 && strcmp(set[i].id, id) == 0)
			return &set[i];
		if (set[i].used < oldest->used)
			oldest = &set[i];
	}
	return oldest;
}

static bool
is_fresh(const struct standings *s, const struct place *p, int64_t now_ms)
{
	const int64_t age_ms = now_ms - p->read_ms;

	if (p->changes != wakeup_changes(s->wakeup))
		return false;
	if (p->news != wakeup_published(s->wakeup) && age_ms >= STANDING_REST_MS)
		return false;
	/* what others count is seen no earlier than that */
	if (p->limits.calls != QUOTA_NONE && age_ms >= STANDING_MS)
		return false;
	return age_ms < STANDING_MS ||
	    (age_ms < STANDING_LISTENED_MS && wakeup_listening(s->wakeup, now_ms));
}

static struct standing_limits
limits_of(const struct db_rows *rows)
{
	return (struct standing_limits){
	    .calls = db_text(rows, 0, 2) != NULL ? db_i64(rows, 0, 2) : QUOTA_NONE,
	    .used = db_i64(rows, 0, 3),
	    .read = {(int)db_i64(rows, 0, 4), db_bool(rows, 0, 5)},
	    .write = {(int)db_i64(rows, 0, 6), db_bool(rows, 0, 7)},
	};
}

/* How many changes and news there were is asked first: what comes while it is read is
 * seen the next time. */
static enum err
read_place(struct ctx *cx, struct standings *s, struct db *db, const char *tenant,
    struct place *p)
{
	const uint64_t changes = wakeup_changes(s->wakeup),
		       news = wakeup_published(s->wakeup);
	const int64_t now_ms = clock_mono_ms();
	const char *status = "", *scopes = "";
	struct standing_limits limits = {.calls = QUOTA_NONE};
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_tenant_standing, tenant, quota_plans_text(QUOTA_API_CALLS),
		quota_plans_text(QUOTA_RATE_READ), quota_plans_text(QUOTA_RATE_WRITE)),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) > 0) {
		status = db_text(rows, 0, 0);
		if (db_text(rows, 0, 1) != NULL)
			scopes = db_text(rows, 0, 1);
		limits = limits_of(rows);
	}
	*p = (struct place){.read_ms = now_ms,
	    .changes = changes,
	    .news = news,
	    .used = p->used,
	    .limits = limits};
	if (strlen(tenant) >= ID_SIZE)
		p->read_ms = 0; /* too long to be remembered */
	snprintf(p->id, sizeof(p->id), "%s", tenant);
	snprintf(p->status, sizeof(p->status), "%s", status);
	snprintf(p->scopes, sizeof(p->scopes), "%s", scopes);
	return ERR_OK;
}

static enum err
find(struct ctx *cx, struct standings *s, struct db *db, const char *tenant,
    struct place **out)
{
	struct place *p = place_of(s, tenant);

	*out = p;
	p->used = ++s->clock;
	if (p->read_ms != 0 && strcmp(p->id, tenant) == 0 &&
	    is_fresh(s, p, clock_mono_ms()))
		return ERR_OK;
	return read_place(cx, s, db, tenant, p);
}

enum err
standing_check(struct ctx *cx, struct standings *s, struct db *db, const char *tenant)
{
	struct place *p;
	enum err rc = find(cx, s, db, tenant, &p);

	return rc != ERR_OK || p->status[0] == '\0'
	    ? rc
	    : tenant_check_usable(cx, p->status);
}

static bool
is_suspended(const struct place *p, enum standing_use use)
{
	const bool all = strstr(p->scopes, "write") != NULL;

	switch (use) {
	case STANDING_READ:
		return false;
	case STANDING_DELETE:
		return all || strstr(p->scopes, "delete") != NULL;
	case STANDING_ADMIN:
		return all || strstr(p->scopes, "admin") != NULL;
	case STANDING_WRITE:
		break;
	}
	return all;
}

enum err
standing_admit(struct ctx *cx, struct standings *s, struct db *db, const char *tenant,
    enum standing_use use)
{
	static const char *const uses[] = {
	    [STANDING_READ] = "reading",
	    [STANDING_WRITE] = "writing",
	    [STANDING_DELETE] = "removing",
	    [STANDING_ADMIN] = "administration",
	};
	struct place *p;
	enum err rc;

	if (use == STANDING_READ)
		return ERR_OK;
	rc = find(cx, s, db, tenant, &p);
	if (rc != ERR_OK || !is_suspended(p, use))
		return rc;
	return err_tell(&cx->err, ERR_TENANT_SUSPENDED,
	    "the tenant is suspended for %s: it can be read, and a superuser can "
	    "resume it, with POST /api/tenants/{tenant}/resume",
	    uses[use]);
}

enum err
standing_limits(struct ctx *cx, struct standings *s, struct db *db, const char *tenant,
    const struct standing_limits **out)
{
	struct place *p;
	enum err rc = find(cx, s, db, tenant, &p);

	*out = rc == ERR_OK && p->status[0] != '\0' ? &p->limits : NULL;
	return rc;
}

void
standing_admitted(struct standings *s, const char *tenant)
{
	struct place *p = place_of(s, tenant);

	if (p->read_ms != 0 && strcmp(p->id, tenant) == 0)
		p->limits.used++;
}
