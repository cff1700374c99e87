/* tally.c - see tally.h. Open addressing; ids live in an arena that is reset with it.
 */
#include "quota/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "db/array.h"

enum { PLACES = 2 * TALLY_MOST, ID_MOST = 1024, MEMORY = TALLY_MOST * (ID_MOST + 64) };

struct place {
	const char *id; /* NULL: nothing is here */
	int64_t n;
};

struct tally {
	enum quota_metric metric;
	struct arena *mem;
	struct place places[PLACES];
	int count;
	int64_t due_ms; /* when there is something */
};

struct tally *
tally_new(enum quota_metric metric)
{
	struct tally *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->metric = metric;
	t->mem = arena_new(MEMORY);
	return t;
}

void
tally_free(struct tally *t)
{
	if (t == NULL)
		return;
	arena_free(t->mem);
	free(t);
}

/* FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
static struct place *
place_of(struct tally *t, const char *id)
{
	uint32_t h = 2166136261u;

	for (const char *p = id; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	for (h %= PLACES; t->places[h].id != NULL; h = (h + 1) % PLACES)
		if (strcmp(t->places[h].id, id) == 0)
			break;
	return &t->places[h];
}

void
tally_count(struct tally *t, const char *tenant_id, int64_t now_ms)
{
	struct place *p = place_of(t, tenant_id);

	if (p->id == NULL) {
		if (t->count == TALLY_MOST || strlen(tenant_id) > ID_MOST)
			return;
		if (t->count++ == 0)
			t->due_ms = now_ms + TALLY_MS;
		p->id = arena_strdup(t->mem, tenant_id);
	}
	p->n++;
}

bool
tally_is_due(const struct tally *t, int64_t now_ms)
{
	return t->count > 0 && (now_ms >= t->due_ms || t->count > TALLY_MOST / 2);
}

bool
tally_is_empty(const struct tally *t)
{
	return t->count == 0;
}

static void
empty(struct tally *t)
{
	memset(t->places, 0, sizeof(t->places));
	t->count = 0;
	arena_reset(t->mem);
}

struct writing {
	struct tally *t;
	struct db_array ids, counts;
};

static enum err
write_all(struct ctx *cx, struct db *db, void *arg)
{
	struct writing *w = arg;
	const struct quota_metric_row *m = &quota_metrics[w->t->metric];

	return db_queue(cx, db, STMT_usage_add,
	    DB_ARGS(db_array_text(&w->ids), db_array_text(&w->counts), m->name,
		quota_kind_name(m->kind), quota_plans_text(w->t->metric)));
}

enum err
tally_write(struct ctx *cx, struct tally *t, struct db *db, int64_t now_ms)
{
	struct writing w = {.t = t};
	char text[STR_I64_SIZE];
	enum err rc;

	db_array_init(&w.ids);
	db_array_init(&w.counts);
	for (int i = 0; i < PLACES; i++) {
		if (t->places[i].id == NULL)
			continue;
		db_array_add(&w.ids, t->places[i].id);
		db_array_add(&w.counts, str_from_i64(text, t->places[i].n));
	}
	rc = db_transaction(cx, db, DB_MANAGEMENT, write_all, &w);
	db_array_fini(&w.ids);
	db_array_fini(&w.counts);
	if (rc == ERR_OK)
		empty(t);
	else
		t->due_ms = now_ms + TALLY_MS;
	return rc;
}
