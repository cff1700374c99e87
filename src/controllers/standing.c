/* standing.c - see standing.h. */
#include "controllers/standing.h"

#include <stdio.h>
#include <string.h>

#include "tenant/tenant.h"

/* One place for each remainder: who comes later takes it. */
enum { PLACES = 256, ID_SIZE = 256, STATUS_SIZE = 16 };

struct place {
	int64_t until_ms; /* 0: nothing is here */
	char id[ID_SIZE];
	char status[STATUS_SIZE]; /* "": there is no such tenant */
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

enum err
standing_check(struct ctx *cx, struct standings *s, struct db *db, const char *tenant,
    int64_t now_ms)
{
	struct place *p = place_of(s, tenant);
	const char *status = "";
	struct db_rows *rows;
	enum err rc;

	if (p->until_ms > now_ms && strcmp(p->id, tenant) == 0)
		return judge(cx, p->status);
	rc = db_read(
	    cx, db, DB_MANAGEMENT, DB_CALL(STMT_tenant_standing, tenant), &rows);
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) > 0)
		status = db_text(rows, 0, 0);
	if (strlen(tenant) < ID_SIZE && strlen(status) < STATUS_SIZE) {
		p->until_ms = now_ms + STANDING_MS;
		snprintf(p->id, sizeof(p->id), "%s", tenant);
		snprintf(p->status, sizeof(p->status), "%s", status);
	}
	return judge(cx, status);
}
