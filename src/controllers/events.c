/*
 * events.c - the feed of events, and the snapshot that one begins with.
 *
 * Who asks with ?wait= while there is nothing new keeps a worker until there is, or
 * until the time is up. Not all workers may be kept so; who finds no seat is answered
 * at once. Chats keep workers, too, and come first: as many as leave none for others
 * end a wait before its time.
 */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "controllers/list.h"
#include "crypto/base64.h"
#include "events/event.h"
#include "events/feed.h"
#include "http/exchange.h"
#include "http/fcgi.h"
#include "tenant/directory.h"

enum {
	WAIT_MOST_S = 30,
	TICK_MS = 20,    /* between two looks at what was published here */
	LOOK_MS = 1000,  /* between two at the database, for what others publish */
	SPARE_MS = 1000, /* of the request's time, for the answer */
	KINDS_MAX = 4096
};

/* -- the query -- */

/* A kind, or all of a family: "tenant.*". */
static bool
choose_kinds(struct slice word, bool chosen[static EVENT_COUNT])
{
	const bool family = word.n > 2 && memcmp(word.p + word.n - 2, ".*", 2) == 0;
	bool known = false;

	for (int i = EVENT_UNSET + 1; i < EVENT_COUNT; i++) {
		const char *name = event_kind_name((enum event_kind)i);

		if (family ? strncmp(name, word.p, word.n - 1) != 0
			   : !slice_eq(word, name))
			continue;
		chosen[i] = known = true;
	}
	return known;
}

/* "tenant.created,webhook.*" as an array of kinds; *out NULL: all. */
static enum err
read_kinds(struct call *call, const char **out)
{
	const char *text = list_filter(call, "kind");
	struct slice rest = slice_of(text != NULL ? text : ""), word;
	bool chosen[EVENT_COUNT] = {false};
	struct buf array;

	*out = NULL;
	if (text == NULL)
		return ERR_OK;
	while (slice_next(&rest, ',', &word))
		if (!choose_kinds(word, chosen)) {
			ctx_fault(&call->cx, "/kind", "enum",
			    "must be kinds of events, separated by commas");
			return err_tell(&call->cx.err, ERR_INVALID,
			    "there is no kind of event \"%.*s\"", (int)word.n, word.p);
		}
	buf_init(&array, call->cx.mem, KINDS_MAX);
	for (int i = EVENT_UNSET + 1; i < EVENT_COUNT; i++)
		if (chosen[i])
			buf_printf(&array, "%s%s", array.n > 0 ? "," : "{",
			    event_kind_name((enum event_kind)i));
	buf_putc(&array, '}');
	*out = buf_text(&array);
	return ERR_OK;
}

static enum err
read_wait(struct call *call, int64_t *seconds)
{
	const char *text = list_filter(call, "wait");

	*seconds = 0;
	if (text == NULL || str_to_i64(slice_of(text), 0, WAIT_MOST_S, seconds))
		return ERR_OK;
	ctx_fault(
	    &call->cx, "/wait", "range", "must be a number from 0 to %d", WAIT_MOST_S);
	return err_tell(&call->cx.err, ERR_INVALID,
	    "wait must be a number of seconds from 0 to %d", WAIT_MOST_S);
}

static enum err
read_query(struct call *call, struct feed_query *q, int64_t *wait_s)
{
	enum err rc = list_read_limit(call, &q->limit);

	q->context = call->tenant_id != NULL ? call->tenant_id : DB_MANAGEMENT;
	if (rc == ERR_OK)
		rc = list_read_cursor(call, "after", &q->after);
	if (rc == ERR_OK)
		rc = read_kinds(call, &q->kinds);
	return rc == ERR_OK ? read_wait(call, wait_s) : rc;
}

/* -- waiting -- */

/* Half of the workers, and together with chats all but one. */
static int
seats(const struct app *app)
{
	const int half = app->conf->workers / 2,
		  left = app->conf->workers - 1 - slots_held(app->chats);

	return half < left ? half : left;
}

static bool
is_over(const struct app *app, const struct call *call, int64_t until_ms)
{
	const struct exchange *x = call->exchange;

	return clock_mono_ms() >= until_ms || fcgi_stop_asked() ||
	    !wakeup_wait_allowed(app->wakeup, seats(app)) ||
	    (x->gone != NULL && x->gone(x));
}

static bool
take_seat(struct app *app)
{
	slots_look(app->chats);
	return wakeup_wait_begin(app->wakeup, seats(app));
}

/* Until there may be something new, false: until the wait is over. */
static bool
wait_for_news(struct app *app, struct call *call, uint64_t seen, int64_t until_ms)
{
	static const struct timespec tick = {0, TICK_MS * 1000000L};
	const int64_t look_ms = clock_mono_ms() + LOOK_MS;

	while (wakeup_published(app->wakeup) == seen && clock_mono_ms() < look_ms) {
		if (is_over(app, call, until_ms))
			return false;
		(void)nanosleep(&tick, NULL);
	}
	return !is_over(app, call, until_ms);
}

static int64_t
wait_end(const struct app *app, const struct call *call, int64_t seconds)
{
	const int quarter = app->conf->request_timeout / 4;
	const int64_t wanted = clock_mono_ms() + seconds * 1000,
		      most = call->cx.deadline_ms -
	    (quarter < SPARE_MS ? quarter : SPARE_MS);

	return wanted < most ? wanted : most;
}

/* What is published while we read may be among what we read, or not: so the number is
 * taken before. */
static enum err
read_or_wait(struct app *app, struct call *call, struct feed_query *q, int64_t wait_s,
    struct feed_page *page)
{
	const int64_t until_ms = wait_end(app, call, wait_s);
	uint64_t seen = wakeup_published(app->wakeup);
	enum err rc = feed_read(&call->cx, app->db, q, page);

	if (rc != ERR_OK || wait_s == 0 || page->count > 0 || !page->at_end ||
	    !take_seat(app))
		return rc;
	while (rc == ERR_OK && page->count == 0 && page->at_end &&
	    wait_for_news(app, call, seen, until_ms)) {
		q->after = page->next;
		seen = wakeup_published(app->wakeup);
		rc = feed_read(&call->cx, app->db, q, page);
	}
	wakeup_wait_end(app->wakeup);
	return rc;
}

/* -- the answers -- */

static void
put_item(struct json_out *o, const struct feed_item *e)
{
	char id[EVENT_ID_SIZE];

	event_id_text(id, e->id);
	json_open_object(o);
	json_member_text(o, "id", id);
	json_member_i64(o, "sequence", e->seq);
	json_member_text(o, "kind", e->kind);
	json_member_raw(o, "version", e->version);
	json_member_text(o, "tenantId", e->tenant_id);
	json_member_text(o, "actor", e->actor);
	json_member_text(
	    o, "requestId", str_is_set(e->request_id) ? e->request_id : NULL);
	json_member_text(o, "createdAt", e->created_at);
	json_member_raw(o, "data", e->payload);
	json_close_object(o);
}

enum err
event_list_get(struct app *app, struct call *call)
{
	struct feed_query q = {0};
	struct feed_page page;
	struct json_out o;
	int64_t wait_s = 0;
	enum err rc = read_query(call, &q, &wait_s);

	if (rc == ERR_OK)
		rc = read_or_wait(app, call, &q, wait_s, &page);
	if (rc == ERR_GONE) {
		call->rs->see = "/api/events/snapshot";
		call->rs->see_rel = "snapshot";
	}
	if (rc != ERR_OK)
		return rc;
	list_open(call, &o);
	for (int i = 0; i < page.count; i++)
		put_item(&o, &page.items[i]);
	list_close_as(call, &o, "after", page.next);
	return ERR_OK;
}

/* The page's cursor: where the feed was before the first page, a blank, and the id to
 * go on after. */
static enum err
read_snapshot_cursor(struct app *app, struct call *call, const char *cursor,
    const char **events, const char **after)
{
	const char *blank = cursor != NULL ? strchr(cursor, ' ') : NULL;

	*after = NULL;
	if (cursor == NULL)
		return feed_end(&call->cx, app->db, events);
	if (blank == NULL)
		return err_tell(&call->cx.err, ERR_INVALID,
		    "the cursor is none that this list gave");
	*events =
	    slice_dup(call->cx.mem, (struct slice){cursor, (size_t)(blank - cursor)});
	*after = blank + 1;
	return ERR_OK;
}

enum err
event_snapshot_get(struct app *app, struct call *call)
{
	struct ctx *cx = &call->cx;
	struct tenant_states_query q = {.only = call->tenant_id};
	struct list_query page;
	struct tenant_state *list;
	const char *events, *next = NULL;
	struct json_out o;
	int count, shown;
	bool more;
	enum err rc = list_read(call, &page);

	if (rc == ERR_OK)
		rc = read_snapshot_cursor(app, call, page.cursor, &events, &q.after);
	q.limit = page.limit + 1;
	if (rc == ERR_OK)
		rc = tenant_states(cx, app->db, &q, &list, &count);
	if (rc != ERR_OK)
		return rc;
	more = count > page.limit;
	shown = more ? page.limit : count;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_text(
	    &o, "events_cursor", base64url_encode_dup(cx->mem, events, strlen(events)));
	json_name(&o, "items");
	json_open_array(&o);
	for (int i = 0; i < shown; i++)
		json_put_raw(&o, list[i].state);
	if (more)
		next = arena_printf(cx->mem, "%s %s", events, list[shown - 1].id);
	list_close(call, &o, next);
	return ERR_OK;
}
