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

/* A name that is too long for its place is read anew each time. */
static enum err
look(struct ctx *cx, struct standings *s, struct db *db, const char *tenant,
    struct place **out)
{
	struct place *p = place_of(s, tenant), own = {0};
	const int64_t now_ms = clock_mono_ms();
	struct db_rows *rows;
	enum err rc;

	*out = p;
	if (p->until_ms > now_ms && strcmp(p->id, tenant) == 0)
		return ERR_OK;
	rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_tenant_standing, tenant, quota_plans_text(QUOTA_API_CALLS),
		quota_plans_text(QUOTA_RATE_READ), quota_plans_text(QUOTA_RATE_WRITE)),
	    &rows);
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) > 0) {
		snprintf(own.status, sizeof(own.status), "%s", db_text(rows, 0, 0));
		own.limits = limits_of(rows);
	}
	if (strlen(tenant) < ID_SIZE) {
		own.until_ms = now_ms + STANDING_MS;
		snprintf(own.id, sizeof(own.id), "%s", tenant);
	}
	*p = own;
	return ERR_OK;
}

enum err
standing_check(struct ctx *cx, struct standings *s, struct db *db, const char *tenant)
{
	struct place *p;
	enum err rc = look(cx, s, db, tenant, &p);

	return rc == ERR_OK ? judge(cx, p->status) : rc;
}

enum err
standing_limits(struct ctx *cx, struct standings *s, struct db *db, const char *tenant,
    struct standing_limits *out, bool *found)
{
	struct place *p;
	enum err rc = look(cx, s, db, tenant, &p);

	*found = rc == ERR_OK && p->status[0] != '\0';
	if (*found)
		*out = p->limits;
	return rc;
}

void
standing_admitted(struct standings *s, const char *tenant)
{
	struct place *p = place_of(s, tenant);

	if (strcmp(p->id, tenant) == 0)
		p->limits.used++;
}
