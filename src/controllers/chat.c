/*
 * chat.c - the tenant's assistant: one answer, whole or as it is made.
 *
 * A chat takes longer than other requests, and holds a worker until it is answered. So
 * it has a time of its own, which the master is told of, and only so many run at once,
 * of which one tenant has half. Who finds no room is told so at once: to wait for it
 * would hold one of the workers that are kept free.
 */
#include "flows/chat.h"
#include "base/clock.h"
#include "base/log.h"
#include "controllers/app.h"
#include "http/fcgi.h"
#include "json/json.h"

enum { TOP_K_DEFAULT = 5 };

/* An answer under way. */
struct talk {
	struct app *app;
	struct call *call;
	int64_t stop_ms; /* when it has to end since the process has to; 0: not so */
	enum err over;   /* what look() ended it with */
};

/* -- the question -- */

static enum err
wrong(struct call *call, const char *pointer, const char *why)
{
	ctx_fault(&call->cx, pointer, "required", "%s", why);
	return err_tell(&call->cx.err, ERR_INVALID, "%s", why);
}

static enum err
read_turns(struct call *call, struct assistant_question *q)
{
	const struct json *list = json_get(call->body, "messages");
	const char *message = json_get_text(call->body, "message");
	const size_t n = message != NULL ? 1 : json_count(list);
	struct assistant_turn *turns =
	    arena_alloc(call->cx.mem, (n + 1) * sizeof(*turns));

	if ((message != NULL) == json_has(call->body, "messages"))
		return wrong(
		    call, "", "either message or messages must be there, not both");
	if (message != NULL)
		turns[0] = (struct assistant_turn){"user", message};
	for (size_t i = 0; message == NULL && i < n; i++)
		turns[i] =
		    (struct assistant_turn){json_get_text(json_item(list, i), "role"),
			json_get_text(json_item(list, i), "content")};
	if (turns[n - 1].role[0] != 'u')
		return wrong(call, "/messages", "the last message must be the user's");
	q->turns = turns;
	q->turn_count = n;
	return ERR_OK;
}

static enum err
read_question(struct call *call, struct assistant_question *q)
{
	const struct json *top_k = json_get(call->body, "top_k");
	const struct json *temperature = json_get(call->body, "temperature");
	char digits[JSON_DIGITS_SIZE];

	*q = (struct assistant_question){
	    .top_k = top_k != NULL ? (int)json_number(top_k) : TOP_K_DEFAULT,
	    .max_tokens = (int)json_number(json_get(call->body, "max_tokens")),
	};
	if (temperature != NULL)
		q->temperature =
		    arena_strdup(call->cx.mem, json_digits(temperature, digits));
	return read_turns(call, q);
}

/* -- while it is answered -- */

/* Also who was told to end has some time left for it. */
static enum err
go_on(struct ctx *cx, struct talk *t)
{
	const struct exchange *x = t->call->exchange;
	const int64_t now = clock_mono_ms();

	if (x->lost || (x->gone != NULL && x->gone(x)))
		return err_set(&cx->err, ERR_GONE, "nobody waits for the answer");
	if (t->stop_ms == 0 && fcgi_stop_asked())
		t->stop_ms = now + t->app->conf->drain_timeout / 2;
	if (t->stop_ms == 0 || now < t->stop_ms)
		return ERR_OK;
	return err_tell(
	    &cx->err, ERR_UNAVAILABLE, "the server is being restarted: ask again");
}

static enum err
look(struct ctx *cx, void *arg)
{
	struct talk *t = arg;

	if (t->over == ERR_OK)
		t->over = go_on(cx, t);
	return t->over;
}

static bool
stay(void *arg)
{
	struct talk *t = arg;

	return look(&t->call->cx, t) == ERR_OK;
}

/* Who reads slowly may take all the time there is, but not what the process has to end.
 */
static enum err
send_piece(struct ctx *cx, struct talk *t)
{
	struct exchange *x = t->call->exchange;
	bool sent;

	x->stay = stay;
	x->stay_arg = t;
	sent = x->send(x, t->call->rs, cx->deadline_ms);
	x->stay = NULL;
	if (sent || t->over != ERR_OK)
		return t->over;
	return err_set(&cx->err, ERR_GONE, "nobody takes the answer");
}

static enum err
hear(struct ctx *cx, void *arg, const char *piece)
{
	struct talk *t = arg;
	struct response *rs = t->call->rs;
	struct json_out o;

	if (!rs->begun) {
		rs->status = 200;
		rs->content_type = "text/event-stream";
		response_header(rs, "X-Accel-Buffering", "no"); /* nginx's word */
	}
	buf_puts(&rs->body, "data: ");
	json_out_init(&o, &rs->body);
	json_open_object(&o);
	json_member_text(&o, "delta", piece);
	json_close_object(&o);
	buf_puts(&rs->body, "\n\n");
	return send_piece(cx, t);
}

/* -- the answer -- */

static void
put_sources(struct json_out *o, const struct assistant_answer *a)
{
	json_name(o, "sources");
	json_open_array(o);
	for (size_t i = 0; i < a->source_count; i++) {
		json_open_object(o);
		json_member_text(o, "id", a->sources[i].id);
		json_member_raw(o, "score", a->sources[i].score);
		if (a->sources[i].text != NULL)
			json_member_text(o, "text", a->sources[i].text);
		json_close_object(o);
	}
	json_close_array(o);
}

static void
put_answer(struct call *call, const struct assistant_answer *a, bool streamed)
{
	struct json_out o;

	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	if (!streamed)
		json_member_text(&o, "answer", a->text);
	json_member_text(&o, "model", a->model);
	json_member_text(&o, "tenant_id", call->tenant_id);
	put_sources(&o, a);
	json_member_raw(&o, "usage", a->usage);
	json_member_text(&o, "finish_reason", a->finish);
	json_close_object(&o);
}

/* What is wrong after the first byte is an event like others. */
static void
end_stream(struct call *call, const struct assistant_answer *a, enum err rc)
{
	struct response *rs = call->rs;
	struct json_out o;

	rs->content_type = "text/event-stream";
	buf_puts(
	    &rs->body, rc == ERR_OK ? "event: done\ndata: " : "event: error\ndata: ");
	if (rc == ERR_OK)
		put_answer(call, a, true);
	else {
		json_out_init(&o, &rs->body);
		json_open_object(&o);
		response_put_problem(&o, rs, &call->cx);
		json_close_object(&o);
	}
	buf_puts(&rs->body, "\n\n");
}

/* -- the route -- */

static enum err
take_room(struct app *app, struct call *call)
{
	const int most = conf_chats(app->conf);
	const struct slots_share share = {
	    .who = call->tenant_id, .most = most, .each = most > 1 ? most / 2 : 1};
	const enum slots_outcome outcome = slots_take_share(app->chats, &share);
	struct err_info *err = &call->cx.err;

	if (outcome == SLOTS_TAKEN)
		return ERR_OK;
	err_tell(err, ERR_UNAVAILABLE,
	    outcome == SLOTS_SHARE_TAKEN
		? "as many chats of this tenant as may run at once (half of CHATS) "
		  "are under way: try again"
		: "as many chats as may run at once (CHATS) are under way: try again");
	err->retry_after = 1;
	return ERR_UNAVAILABLE;
}

static enum err
answer(struct app *app, struct call *call, const struct assistant_question *q,
    struct assistant_answer *out)
{
	const struct conf *c = app->conf;
	const bool streamed = json_bool(json_get(call->body, "stream"));
	const struct assistant assistant = {.model_url = c->openai_url,
	    .model_key = c->openai_api_key,
	    .model = c->openai_model,
	    .embedding_model = c->openai_embedding_model,
	    .index_url = c->pinecone_url,
	    .timeout_ms = c->chat_timeout};
	const struct chat chat = {app->db, app->seal_keys, &assistant, call->member};
	struct talk talk = {.app = app, .call = call};
	const struct assistant_listener listener = {
	    .hear = streamed ? hear : NULL, .look = look, .arg = &talk};
	enum err rc = take_room(app, call);

	if (rc != ERR_OK)
		return rc;
	rc = chat_answer(&call->cx, &chat, q, &listener, out);
	slots_give(app->chats);
	if (rc == ERR_OUTSIDE_FAILED)
		scoreboard_add(app->board, app->slot, COUNTER_CHAT_FAILURES, 1);
	if (streamed && (rc == ERR_OK || call->rs->begun))
		end_stream(call, out, rc);
	else if (rc == ERR_OK)
		put_answer(call, out, false);
	return rc;
}

enum err
chat_post(struct app *app, struct call *call)
{
	struct assistant_question question;
	struct assistant_answer out;
	enum err rc = read_question(call, &question);

	if (rc != ERR_OK)
		return rc;
	if (!str_is_set(app->conf->openai_api_key))
		return err_tell(&call->cx.err, ERR_UNAVAILABLE,
		    "there is no chat here until an operator sets OPENAI_API_KEY");
	call->cx.deadline_ms = call->began_us / 1000 + app->conf->chat_timeout;
	scoreboard_allow(app->board, app->slot, app->conf->chat_timeout);
	return answer(app, call, &question, &out);
}
