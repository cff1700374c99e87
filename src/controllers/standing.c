/* standing.c - see standing.h. */
#include "controllers/standing.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "quota/quota.h"
#include "tenant/tenant.h"

/* One place for each remainder: who comes later takes it. */
enum { PLACES = 256, ID_SIZE = 256, STATUS_SIZE = 16 };

struct place {
	int64_t until_ms; /* 0: nothing is here */
	char id[ID_SIZE];
	char status[STATUS_SIZE]; /* "": there is no such tenant */
	struct standing_limits limits;
};

struct standings {
	struct place places[PLACES];
	struct place passing; /* of a name that no place is for */
};

struct standings *
standing_new(struct arena *mem)
{
	return arena_alloc(mem, sizeof(struct standings));
}

/* FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
static struct place *
place_of(struct standings *s, const char *id)
{
	uint32_t h = 2166136261u;

	for (; *id != '\0'; id++)
		h = (h ^ (unsigned char)*id) * 16777619u;
	return &s->places[h % PLACES];
}

static enum err
judge(struct ctx *cx, const char *status)
{
	return status[0] == '\0' ? ERR_OK : tenant_check_usable(cx, status);
}

static int
per_minute(const struct db_rows *rows, int column)
{
	return (int)db_i64(rows, 0, column); /* NULL: 0 */
}

static struct standing_limits
limits_of(const struct db_rows *rows)
{
	return (struct standing_limits){
	    .calls = db_text(rows, 0, 1) != NULL ? db_i64(rows, 0, 1) : QUOTA_NONE,
	    .used = db_i64(rows, 0, 2),
	    .read = {per_minute(rows, 3), db_bool(rows, 0, 4)},
	    .write = {per_minute(rows, 5), db_bool(rows, 0, 6)},
	};
}

struct question {
	struct db *db;
	const char *tenant;
	int64_t now_ms;
};

static enum err
ask(struct ctx *cx, const struct question *q, struct place *out)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, q->db, DB_MANAGEMENT,
	    DB_CALL(STMT_tenant_standing, q->tenant, quota_plans_text(QUOTA_API_CALLS),
		quota_plans_text(QUOTA_RATE_READ), quota_plans_text(QUOTA_RATE_WRITE)),
	    &rows);

	*out = (struct place){0};
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	snprintf(out->status, sizeof(out->status), "%s", db_text(rows, 0, 0));
	out->limits = limits_of(rows);
	return ERR_OK;
}

/* A name that is too long for a place is asked for each time. */
static enum err
look(struct ctx *cx, struct standings *s, const struct question *q,
    const struct place **out)
{
	struct place *p = place_of(s, q->tenant), now;
	enum err rc;

	*out = p;
	if (p->until_ms > q->now_ms && strcmp(p->id, q->tenant) == 0)
		return ERR_OK;
	rc = ask(cx, q, &now);
	if (rc != ERR_OK)
		return rc;
	if (strlen(q->tenant) >= ID_SIZE) {
		p = &s->passing;
	} else {
		now.until_ms = q->now_ms + STANDING_MS;
		snprintf(now.id, sizeof(now.id), "%s", q->tenant);
	}
	*p = now;
	*out = p;
	return ERR_OK;
}

enum err
standing_check(struct ctx *cx, struct standings *s, struct db *db, const char *tenant,
    int64_t now_ms)
{
	const struct place *p;
	enum err rc = look(cx, s, &(struct question){db, tenant, now_ms}, &p);

	return rc == ERR_OK ? judge(cx, p->status) : rc;
}

enum err
standing_limits(struct ctx *cx, struct standings *s, struct db *db, const char *tenant,
    const struct standing_limits **out)
{
	const struct question q = {db, tenant, clock_mono_ms()};
	const struct place *p;
	enum err rc = look(cx, s, &q, &p);

	*out = rc == ERR_OK && p->status[0] != '\0' ? &p->limits : NULL;
	return rc;
}

void
standing_admitted(struct standings *s, const char *tenant)
{
	struct place *p = place_of(s, tenant);

	if (strcmp(p->id, tenant) == 0)
		p->limits.used++;
}
