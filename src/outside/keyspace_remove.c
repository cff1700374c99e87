/* keyspace_remove.c - see keyspace.h: the end of one. */
#include <string.h>

#include "outside/keyspace_ask.h"

enum { ROUND_MEMORY = 16 * 1024 * 1024 };

#define BATCH_TEXT "500"

/* -- keys -- */

static enum err
unlink_keys(struct ctx *cx, struct redis *r, const struct redis_reply *keys)
{
	struct slice *words;
	const struct redis_reply *reply;
	enum err rc;

	if (keys->count == 0)
		return ERR_OK;
	words = arena_alloc(cx->mem, ((size_t)keys->count + 1) * sizeof(*words));
	words[0] = slice_of("UNLINK");
	for (int i = 0; i < keys->count; i++)
		words[i + 1] = keys->items[i].text;
	rc = redis_ask(cx, r, words, (size_t)keys->count + 1, &reply);
	if (rc == ERR_OK && reply->kind == REDIS_IS_REFUSAL)
		rc = err_tell(&cx->err, ERR_OUTSIDE_FAILED,
		    "Redis refuses UNLINK: %.160s", reply->text.p);
	return rc;
}

struct scan {
	const char *pattern;
	char cursor[STR_I64_SIZE + 1];
};

/* One round of it; the cursor is "0" again after the last. */
static enum err
go_on(struct ctx *cx, struct redis *r, struct scan *scan)
{
	const struct redis_reply *reply;
	enum err rc = keyspace_ask(cx, r,
	    REDIS_WORDS(
		"SCAN", scan->cursor, "MATCH", scan->pattern, "COUNT", BATCH_TEXT),
	    &reply);

	if (rc != ERR_OK)
		return rc;
	if (reply->count != 2 || reply->items[0].text.n >= sizeof(scan->cursor))
		return err_tell(&cx->err, ERR_OUTSIDE_FAILED,
		    "Redis answers SCAN as it should not");
	memcpy(scan->cursor, reply->items[0].text.p, reply->items[0].text.n);
	scan->cursor[reply->items[0].text.n] = '\0';
	return unlink_keys(cx, r, &reply->items[1]);
}

static enum err
clear_database(
    struct ctx *cx, struct redis *r, const struct keyspace *k, const char *database)
{
	struct scan scan = {
	    .pattern = arena_printf(cx->mem, "%s*", k->prefix), .cursor = "0"};
	struct arena *mem = cx->mem;
	const struct redis_reply *reply;
	enum err rc = keyspace_ask(cx, r, REDIS_WORDS("SELECT", database), &reply);

	while (rc == ERR_OK) {
		if (ctx_time_left(cx, 1) == 0)
			return err_tell(&cx->err, ERR_UNAVAILABLE,
			    "a tenant's keys are not all removed yet");
		cx->mem = arena_new(ROUND_MEMORY);
		rc = go_on(cx, r, &scan);
		arena_free(cx->mem);
		cx->mem = mem;
		if (strcmp(scan.cursor, "0") == 0)
			break;
	}
	return rc;
}

/* A copy may have gone to another database than ours: all that have keys are looked
 * through, "db0:keys=1,…" a line. */
static enum err
clear(struct ctx *cx, struct redis *r, const struct keyspace *k)
{
	const struct redis_reply *reply;
	struct slice rest, line, name;
	enum err rc = keyspace_ask(cx, r, REDIS_WORDS("INFO", "keyspace"), &reply);

	rest = rc == ERR_OK ? reply->text : (struct slice){NULL, 0};
	while (rc == ERR_OK && slice_cut(&rest, '\n', &line)) {
		if (line.n < 3 || memcmp(line.p, "db", 2) != 0 ||
		    !slice_cut(&line, ':', &name))
			continue;
		rc = clear_database(cx, r, k,
		    slice_dup(cx->mem, (struct slice){name.p + 2, name.n - 2}));
	}
	redis_drop(r); /* it stands in another database */
	return rc;
}

/* -- the user -- */

static enum err
delete_user(struct ctx *cx, struct redis *r, const struct keyspace *k)
{
	const struct redis_reply *reply;
	enum err rc = keyspace_kill(cx, r, k);

	if (rc == ERR_OK)
		rc =
		    keyspace_ask(cx, r, REDIS_WORDS("ACL", "DELUSER", k->user), &reply);
	return rc == ERR_OK ? keyspace_keep(cx, r) : rc;
}

enum err
keyspace_remove(struct ctx *cx, struct stores *s, const struct keyspace *k, bool used)
{
	struct keyspace_look now = {KEYSPACE_UNSET, false, false};
	struct redis *r;
	enum err rc = stores_redis(cx, s, &r);

	if (rc == ERR_OK)
		rc = keyspace_look(cx, s, k, NULL, &now);
	if (rc != ERR_OK || now.state == KEYSPACE_FOREIGN)
		return rc;
	if (now.state >= KEYSPACE_ON)
		rc = keyspace_stop(cx, s, k);
	if (rc == ERR_OK && (used || now.state >= KEYSPACE_ON))
		rc = clear(cx, r, k);
	if (rc == ERR_OK && now.state >= KEYSPACE_ON)
		rc = delete_user(cx, r, k);
	return rc;
}
