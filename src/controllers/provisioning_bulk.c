/*
 * provisioning_bulk.c - many tenants of a partner in one request.
 *
 * All or nothing is one transaction, whose answer goes out after it. In parts, a chunk
 * is a transaction: its lines go out when it is committed, and are kept in it where
 * there is an Idempotency-Key; so what was answered is done, and who asks again under
 * the same key is answered the same and gets the rest done.
 */
#include <string.h>

#include "controllers/gate.h"
#include "controllers/list.h"
#include "controllers/provisioning_bulk.h"
#include "flows/keyring.h"
#include "flows/steps.h"
#include "http/exchange.h"

/* -- the question -- */

static enum err
wrong(struct call *call, const char *name, const char *what)
{
	ctx_fault(&call->cx, arena_printf(call->cx.mem, "/%s", name), "enum",
	    "must be %s", what);
	return err_tell(&call->cx.err, ERR_INVALID, "%s must be %s", name, what);
}

static enum err
read_query(struct call *call, struct bulk_work *w)
{
	const char *mode = list_filter(call, "mode");
	const char *dry = list_filter(call, "dry_run");

	w->partial = mode != NULL && strcmp(mode, "partial") == 0;
	w->dry = dry != NULL && strcmp(dry, "true") == 0;
	w->lines = request_is_lines(call->rq.content_type);
	if (mode != NULL && !w->partial && strcmp(mode, "all") != 0)
		return wrong(call, "mode", "\"all\" or \"partial\"");
	if (dry != NULL && !w->dry && strcmp(dry, "false") != 0)
		return wrong(call, "dry_run", "\"true\" or \"false\"");
	return ERR_OK;
}

/* Of a dry run nothing is to be kept. */
static enum err
read_key(struct app *app, struct call *call, struct bulk_work *w)
{
	const char *key = request_header(&call->rq, "idempotency-key");

	return key == NULL || w->dry ? ERR_OK : gate_claim(app, call, key, &w->claim);
}

static enum err
open_bulk(struct app *app, struct call *call, struct bulk_work *w)
{
	const struct bulk_site site = {.db = app->db,
	    .audit = app->audit,
	    .schema = app->schemas[call->route->schema],
	    .partner = call->partner->id,
	    .address = call->rq.client,
	    .dry = w->dry};

	return bulk_open(&call->cx, &site,
	    (struct slice){call->rq.body, call->rq.body_length}, w->lines, &w->bulk);
}

static bool
has_key(const struct bulk_work *w)
{
	return w->claim.scope[0] != '\0';
}

/* -- what is kept -- */

static enum err
check_room(const struct bulk_work *w)
{
	if (!w->call->rs->body.failed)
		return ERR_OK;
	return err_set(&w->call->cx.err, ERR_INTERNAL, "the answer is too large");
}

static enum err
keep_part(
    struct ctx *cx, struct db *db, const struct bulk_work *w, const struct part *part)
{
	enum err rc = check_room(w);

	return rc == ERR_OK && has_key(w) ? parts_add(cx, db, &w->claim, part) : rc;
}

/* -- in parts -- */

/* The next chunk: as it is kept, else done now. *w is as before until it is committed.
 */
struct step {
	struct bulk_work *w;
	bool replayed;
	size_t end;
};

static enum err
replay_part(struct ctx *cx, struct db *db, struct step *s)
{
	struct parts_text part = {.n = s->w->parts + 1};
	enum err rc = parts_get(cx, db, &s->w->claim, &part);

	if (rc != ERR_OK)
		return rc;
	buf_puts(&s->w->call->rs->body, part.text);
	s->end = (size_t)part.place;
	s->replayed = true;
	return check_room(s->w);
}

static enum err
do_step(struct ctx *cx, struct db *db, void *arg)
{
	struct step *s = arg;
	const struct bulk_work *w = s->w;
	struct buf *body = &w->call->rs->body;
	const struct bulk_chunk *chunk;
	struct parts_found found = {0};
	enum err rc = ERR_OK;

	buf_reset(body);
	s->replayed = false;
	if (has_key(w))
		rc = parts_begin(cx, db, &w->claim, w->parts > 0, &found);
	if (rc != ERR_OK)
		return rc;
	if (found.parts > w->parts)
		return replay_part(cx, db, s);
	rc = keyring_check_still(cx, db, w->call->who.key_id);
	if (rc == ERR_OK)
		rc = bulk_do(cx, w->bulk, w->place, &chunk);
	if (rc != ERR_OK)
		return rc;
	for (int i = 0; i < chunk->count; i++)
		bulk_put_line(w, chunk, &chunk->items[i]);
	s->end = chunk->end;
	return keep_part(cx, db, w,
	    &(struct part){.n = w->parts + 1,
		.status = 200,
		.content_type = bulk_ndjson,
		.text = buf_text(body),
		.place = (int64_t)chunk->end,
		.last = chunk->last});
}

static enum err
send_lines(const struct bulk_work *w)
{
	struct call *call = w->call;
	struct response *rs = call->rs;

	if (!rs->begun) {
		rs->status = 200;
		rs->content_type = bulk_ndjson;
		response_header(rs, "X-Accel-Buffering", "no"); /* nginx's word */
	}
	if (call->exchange->send(call->exchange, rs, call->cx.deadline_ms))
		return ERR_OK;
	return err_set(&call->cx.err, ERR_GONE, "nobody takes the answer");
}

static enum err
answer_in_parts(struct bulk_work *w)
{
	struct call *call = w->call;
	struct step s = {.w = w};
	enum err rc = ERR_OK;

	while (rc == ERR_OK && w->place < bulk_count(w->bulk)) {
		provision_extend(w->app, w->call);
		rc = steps_transaction(
		    &call->cx, w->app->db, DB_MANAGEMENT, do_step, &s);
		if (rc != ERR_OK)
			break;
		if (s.replayed && w->parts == 0)
			response_header(call->rs, "Idempotency-Replayed", "true");
		w->place = s.end;
		w->parts++;
		rc = send_lines(w);
	}
	if (rc != ERR_OK && call->rs->begun)
		bulk_put_end(w->call, rc);
	return rc;
}

/* -- all or nothing -- */

static void
open_answer(const struct bulk_work *w)
{
	buf_reset(&w->call->rs->body);
	if (!w->lines)
		buf_puts(&w->call->rs->body, "{\"items\":[");
}

static void
close_answer(const struct bulk_work *w)
{
	struct buf *body = &w->call->rs->body;
	const long long n = (long long)bulk_count(w->bulk);

	if (w->lines)
		return;
	if (w->dry)
		buf_printf(
		    body, "],\"created\":0,\"dry_run\":true,\"would_create\":%lld}", n);
	else
		buf_printf(body, "],\"created\":%lld}", n);
}

static void
put_all(const struct bulk_work *w, const struct bulk_chunk *c)
{
	struct buf *body = &w->call->rs->body;
	struct json_out o;

	for (int i = 0; i < c->count; i++) {
		if (w->lines) {
			bulk_put_line(w, c, &c->items[i]);
			continue;
		}
		if (w->dry)
			continue;
		if (c->items[i].place > 0)
			buf_putc(body, ',');
		json_out_init(&o, body);
		bulk_put_record(&o, c, &c->items[i]);
	}
}

/* Each item that is refused is a fault of the request. */
static void
add_faults(struct ctx *cx, struct bulk_work *w, const struct bulk_chunk *c)
{
	for (int i = 0; i < c->count; i++) {
		const struct bulk_item *item = &c->items[i];

		if (item->state != BULK_REFUSED)
			continue;
		w->refused++;
		if (item->why->err.code == ERR_QUOTA)
			continue;
		w->faulty++;
		ctx_fault(cx,
		    arena_printf(cx->mem, "/%zu%s", item->place, item->pointer),
		    "unique", "%s", err_public(&item->why->err));
		if (item->why->err.existing[0] == '\0')
			continue;
		ctx_fault_existing(cx, item->why->err.existing);
		if (w->existing == NULL)
			w->existing = arena_strdup(cx->mem, item->why->err.existing);
	}
}

static enum err
refuse_all(struct ctx *cx, const struct bulk_work *w, const struct bulk_item *quota)
{
	if (w->faulty == 0 && quota != NULL) {
		cx->err = quota->why->err;
		return cx->err.code;
	}
	(void)err_tell(&cx->err, ERR_CONFLICT,
	    "%zu of %zu items have the email or the external_id of tenants that you "
	    "have already, of which at most %d are told. Nothing was done",
	    w->faulty, bulk_count(w->bulk), CTX_FAULTS_MAX);
	if (w->existing != NULL)
		err_existing(&cx->err, w->existing);
	return cx->err.code;
}

static enum err
replay_all(struct ctx *cx, struct db *db, const struct bulk_work *w,
    const struct parts_found *found)
{
	struct response *rs = w->call->rs;
	struct parts_text part;
	enum err rc = ERR_OK;

	for (int i = 1; i <= found->parts && rc == ERR_OK; i++) {
		part = (struct parts_text){.n = i};
		rc = parts_get(cx, db, &w->claim, &part);
		if (rc == ERR_OK)
			buf_puts(&rs->body, part.text);
	}
	rs->headers.n = w->call->gate_headers;
	response_header(rs, "Idempotency-Replayed", "true");
	return rc == ERR_OK ? check_room(w) : rc;
}

static const struct bulk_item *
last_refused(const struct bulk_chunk *c)
{
	for (int i = c->count - 1; i >= 0; i--)
		if (c->items[i].state == BULK_REFUSED)
			return &c->items[i];
	return NULL;
}

static enum err
do_chunk(struct ctx *cx, struct db *db, struct bulk_work *w)
{
	struct buf *body = &w->call->rs->body;
	const size_t mark = body->n;
	const struct bulk_chunk *chunk;
	enum err rc;

	provision_extend(w->app, w->call);
	rc = keyring_check_still(cx, db, w->call->who.key_id);
	if (rc == ERR_OK)
		rc = bulk_do(cx, w->bulk, w->place, &chunk);
	if (rc != ERR_OK)
		return rc;
	w->place = chunk->end;
	add_faults(cx, w, chunk);
	if (w->refused > 0)
		return chunk->last ? refuse_all(cx, w, last_refused(chunk)) : ERR_OK;
	put_all(w, chunk);
	if (chunk->last)
		close_answer(w);
	w->parts++;
	return keep_part(cx, db, w,
	    &(struct part){.n = w->parts,
		.status = 201,
		.content_type = w->lines ? bulk_ndjson : "application/json",
		.text = w->parts == 1 ? buf_text(body) : body->p + mark,
		.place = (int64_t)chunk->end,
		.last = chunk->last});
}

static enum err
do_all(struct ctx *cx, struct db *db, void *arg)
{
	struct bulk_work *w = arg;
	struct parts_found found = {0};
	enum err rc = ERR_OK;

	w->place = w->refused = w->faulty = 0;
	w->parts = 0;
	w->existing = NULL;
	buf_reset(&w->call->rs->body);
	if (has_key(w))
		rc = parts_begin(cx, db, &w->claim, false, &found);
	if (rc != ERR_OK)
		return rc;
	if (found.parts > 0)
		return replay_all(cx, db, w, &found);
	open_answer(w);
	while (rc == ERR_OK && w->place < bulk_count(w->bulk))
		rc = do_chunk(cx, db, w);
	return rc;
}

static enum err
answer_all(struct bulk_work *w)
{
	struct call *call = w->call;
	enum err rc;

	provision_extend(w->app, w->call);
	rc = bulk_check(&call->cx, w->bulk);
	if (rc == ERR_OK)
		rc = steps_transaction(&call->cx, w->app->db, DB_MANAGEMENT, do_all, w);
	if (rc != ERR_OK)
		return rc;
	call->rs->status = w->dry ? 200 : 201;
	call->rs->content_type = w->lines ? bulk_ndjson : NULL;
	return ERR_OK;
}

enum err
provision_bulk_post(struct app *app, struct call *call)
{
	struct bulk_work w = {.app = app, .call = call};
	enum err rc = read_query(call, &w);

	if (rc == ERR_OK)
		rc = read_key(app, call, &w);
	if (rc == ERR_OK)
		rc = open_bulk(app, call, &w);
	if (rc == ERR_OK && !w.dry)
		rc = audit_get_ready(&call->cx, app->audit, app->db);
	if (rc != ERR_OK)
		return rc;
	return w.partial ? answer_in_parts(&w) : answer_all(&w);
}
