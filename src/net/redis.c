/* redis.c - see redis.h: the connection. */
#include "net/redis.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"

enum { DEPTH_MAX = 6, PLACE_MEMORY = 64 * 1024 };

struct redis {
	struct arena *mem; /* cleansed: it has the password */
	struct redis_place place;
	const char *wrong; /* why the URL is none; NULL: it is one */
	redisContext *c;   /* NULL: there is no connection */
	int timeout_ms;
};

struct redis *
redis_new(const struct redis_settings *settings)
{
	struct arena *mem = arena_new(PLACE_MEMORY);
	struct redis *r = arena_alloc(mem, sizeof(*r));

	arena_cleanse_at_reset(mem);
	*r = (struct redis){.mem = mem, .timeout_ms = settings->timeout_ms};
	r->wrong = redis_place_read(mem, settings->url, &r->place);
	return r;
}

int
redis_database(const struct redis *r)
{
	return r->place.database;
}

void
redis_drop(struct redis *r)
{
	if (r->c != NULL)
		redisFree(r->c);
	r->c = NULL;
}

void
redis_free(struct redis *r)
{
	if (r == NULL)
		return;
	redis_drop(r);
	arena_free(r->mem);
}

/* -- waiting -- */

/* Whatever was under way is lost. */
static enum err
lose(struct ctx *cx, struct redis *r, const char *why)
{
	const enum err rc = err_tell(
	    &cx->err, ERR_UNAVAILABLE, "Redis could not be reached: %.100s", why);

	redis_drop(r);
	return rc;
}

static enum err
await(struct ctx *cx, struct redis *r, short events, int64_t until)
{
	struct pollfd p = {.fd = r->c->fd, .events = events};
	int64_t left;
	int n;

	do {
		left = until - clock_mono_ms();
		n = left > 0 ? poll(&p, 1, (int)left) : 0;
	} while (n < 0 && errno == EINTR);
	if (n > 0)
		return ERR_OK;
	return lose(cx, r, n == 0 ? "it does not answer in time" : strerror(errno));
}

/* hiredis's own words may have been cut off by it, and are of errno otherwise. */
static const char *
words_of(const redisContext *c)
{
	return c->errstr[0] != '\0' ? c->errstr : "the connection is lost";
}

static enum err
send_all(struct ctx *cx, struct redis *r, int64_t until)
{
	int done = 0;

	for (;;) {
		enum err rc;

		if (redisBufferWrite(r->c, &done) != REDIS_OK)
			return lose(cx, r, words_of(r->c));
		if (done)
			return ERR_OK;
		rc = await(cx, r, POLLOUT, until);
		if (rc != ERR_OK)
			return rc;
	}
}

static enum err
hear(struct ctx *cx, struct redis *r, int64_t until, redisReply **out)
{
	void *reply = NULL;

	for (;;) {
		enum err rc;

		if (redisGetReplyFromReader(r->c, &reply) != REDIS_OK)
			return lose(cx, r, words_of(r->c));
		if (reply != NULL)
			break;
		rc = await(cx, r, POLLIN, until);
		if (rc != ERR_OK)
			return rc;
		if (redisBufferRead(r->c) != REDIS_OK)
			return lose(cx, r, words_of(r->c));
	}
	*out = reply;
	return ERR_OK;
}

/* -- replies -- */

static void
/* NOLINTNEXTLINE(misc-no-recursion): depth ends it */
keep(struct arena *mem, const redisReply *from, struct redis_reply *to, int depth)
{
	static const struct {
		int theirs;
		enum redis_kind ours;
	} kinds[] = {
	    {REDIS_REPLY_STATUS, REDIS_IS_WORD},
	    {REDIS_REPLY_STRING, REDIS_IS_TEXT},
	    {REDIS_REPLY_INTEGER, REDIS_IS_NUMBER},
	    {REDIS_REPLY_ARRAY, REDIS_IS_LIST},
	    {REDIS_REPLY_ERROR, REDIS_IS_REFUSAL},
	};
	struct redis_reply *items;

	*to = (struct redis_reply){.kind = REDIS_IS_NIL, .text = {"", 0}};
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (kinds[i].theirs == from->type)
			to->kind = kinds[i].ours;
	if (from->str != NULL && from->type != REDIS_REPLY_NIL)
		to->text = (struct slice){
		    slice_dup(mem, (struct slice){from->str, from->len}), from->len};
	to->number = from->integer;
	if (from->type != REDIS_REPLY_ARRAY || from->elements == 0 || depth == 0)
		return;
	items = arena_alloc(mem, from->elements * sizeof(*items));
	for (size_t i = 0; i < from->elements; i++)
		keep(mem, from->element[i], &items[i], depth - 1);
	to->items = items;
	to->count = (int)from->elements;
}

/* On a connection that is there. */
static enum err
exchange(struct ctx *cx, struct redis *r, const struct slice *words, size_t count,
    const struct redis_reply **out)
{
	const int64_t until = clock_mono_ms() + ctx_time_left(cx, r->timeout_ms);
	const char **texts = arena_alloc(cx->mem, count * sizeof(*texts));
	size_t *sizes = arena_alloc(cx->mem, count * sizeof(*sizes));
	struct redis_reply *reply = arena_alloc(cx->mem, sizeof(*reply));
	redisReply *theirs;
	enum err rc;

	for (size_t i = 0; i < count; i++) {
		texts[i] = words[i].n > 0 ? words[i].p : "";
		sizes[i] = words[i].n;
	}
	if (redisAppendCommandArgv(r->c, (int)count, texts, sizes) != REDIS_OK)
		return lose(cx, r, words_of(r->c));
	rc = send_all(cx, r, until);
	if (rc == ERR_OK)
		rc = hear(cx, r, until, &theirs);
	if (rc != ERR_OK)
		return rc;
	keep(cx->mem, theirs, reply, DEPTH_MAX);
	freeReplyObject(theirs);
	*out = reply;
	return ERR_OK;
}

/* -- connecting -- */

static enum err
finish_connecting(struct ctx *cx, struct redis *r)
{
	const int64_t until = clock_mono_ms() + ctx_time_left(cx, r->timeout_ms);
	int why = 0;
	socklen_t size = sizeof(why);
	enum err rc = await(cx, r, POLLOUT, until);

	if (rc != ERR_OK)
		return rc;
	if (getsockopt(r->c->fd, SOL_SOCKET, SO_ERROR, &why, &size) != 0)
		why = errno;
	return why == 0 ? ERR_OK : lose(cx, r, strerror(why));
}

/* A refusal while signing in ends the connection: it is the wrong one. */
static enum err
sign_in_by(struct ctx *cx, struct redis *r, const char *const *texts)
{
	struct slice words[3];
	const struct redis_reply *reply;
	size_t n = 0;
	enum err rc;

	for (; texts[n] != NULL; n++)
		words[n] = slice_of(texts[n]);
	rc = exchange(cx, r, words, n, &reply);
	if (rc == ERR_OK && reply->kind == REDIS_IS_REFUSAL)
		rc = lose(cx, r, reply->text.p);
	return rc;
}

static enum err
sign_in(struct ctx *cx, struct redis *r)
{
	const struct redis_place *p = &r->place;
	char database[STR_I64_SIZE];
	enum err rc = ERR_OK;

	if (p->password != NULL && p->user != NULL)
		rc = sign_in_by(cx, r, REDIS_WORDS("AUTH", p->user, p->password));
	else if (p->password != NULL)
		rc = sign_in_by(cx, r, REDIS_WORDS("AUTH", p->password));
	if (rc == ERR_OK && p->database != 0)
		rc = sign_in_by(
		    cx, r, REDIS_WORDS("SELECT", str_from_i64(database, p->database)));
	return rc;
}

static enum err
connect_to(struct ctx *cx, struct redis *r)
{
	const struct redis_place *p = &r->place;
	enum err rc;

	if (r->wrong != NULL)
		return err_tell(&cx->err, ERR_CONFIG, "the URL of Redis %s", r->wrong);
	if (ctx_time_left(cx, r->timeout_ms) <= 0)
		return err_tell(&cx->err, ERR_UNAVAILABLE,
		    "Redis could not be reached: no time is left");
	r->c = p->path != NULL ? redisConnectUnixNonBlock(p->path)
			       : redisConnectNonBlock(p->host, p->port);
	if (r->c == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "out of memory");
	if (r->c->err != 0)
		return lose(cx, r, words_of(r->c));
	rc = finish_connecting(cx, r);
	return rc == ERR_OK ? sign_in(cx, r) : rc;
}

/* Whether the server closed a connection that is idle, or says what nobody asked. */
static bool
is_stale(const struct redis *r)
{
	struct pollfd p = {.fd = r->c->fd, .events = POLLIN};

	return poll(&p, 1, 0) != 0;
}

enum err
redis_ask(struct ctx *cx, struct redis *r, const struct slice *words, size_t count,
    const struct redis_reply **reply)
{
	if (r->c != NULL && is_stale(r))
		redis_drop(r);
	if (r->c == NULL) {
		const enum err rc = connect_to(cx, r);

		if (rc != ERR_OK)
			return rc;
	}
	return exchange(cx, r, words, count, reply);
}

enum err
redis_ask_texts(struct ctx *cx, struct redis *r, const char *const *texts,
    const struct redis_reply **reply)
{
	struct slice *words;
	size_t n = 0;

	while (texts[n] != NULL)
		n++;
	words = arena_alloc(cx->mem, (n + 1) * sizeof(*words));
	for (size_t i = 0; i < n; i++)
		words[i] = slice_of(texts[i]);
	return redis_ask(cx, r, words, n, reply);
}
