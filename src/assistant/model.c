/* model.c - see model.h. */
#include "assistant/model.h"

#include <string.h>

#include "assistant/stream.h"

enum {
	REQUEST_MAX = 4 * 1024 * 1024,
	VECTOR_MAX = 1024 * 1024, /* bytes of a reply with one */
	REPLY_MAX = 2 * 1024 * 1024,
	STREAM_MAX = 64 * 1024 * 1024, /* with all that stands around the answer */
	DIMENSIONS_MAX = 20000,
	/* Models take some 8,000 tokens, none of which is less than a byte. */
	EMBEDDED_MAX = 8000
};

static const char key_step[] = "an operator sets OPENAI_API_KEY right";
static const struct outside_service embedding = {
    "the embedding model (OPENAI_URL)", key_step};
static const struct outside_service model = {
    "the language model (OPENAI_URL)", key_step};

static struct outside_call
call_of(struct ctx *cx, const struct assistant *a, const char *path, struct buf *body)
{
	const size_t n = strlen(a->model_url);
	const int slash = n > 0 && a->model_url[n - 1] == '/';

	buf_init(body, cx->mem, REQUEST_MAX);
	return (struct outside_call){
	    .url = arena_printf(cx->mem, "%.*s%s", (int)n - slash, a->model_url, path),
	    .key_field = "Authorization: Bearer ",
	    .key = slice_of(a->model_key),
	    .body = body,
	};
}

/* -- embeddings -- */

static bool
is_vector(const struct json *v)
{
	const size_t n = json_count(v);

	if (json_type(v) != JSON_ARRAY || n == 0 || n > DIMENSIONS_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!json_is_number(json_item(v, i)))
			return false;
	return true;
}

/* At most that many bytes of it, and no part of a character. */
static const char *
cut(struct ctx *cx, const char *text, size_t most)
{
	size_t n = strnlen(text, most + 1);

	if (n <= most)
		return text;
	for (n = most; n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80;)
		n--;
	return slice_dup(cx->mem, (struct slice){text, n});
}

enum err
model_embed(struct ctx *cx, struct outside *o, const struct assistant *a,
    const char *text, const struct json **vector)
{
	const struct transfer_reply *r;
	const struct json *reply;
	struct json_out j;
	struct buf body;
	struct outside_call call = call_of(cx, a, "/embeddings", &body);
	enum err rc;

	call.service = &embedding;
	call.timeout_ms = a->timeout_ms / 3;
	call.reply_max = VECTOR_MAX;
	json_out_init(&j, &body);
	json_open_object(&j);
	json_member_text(&j, "model", a->embedding_model);
	json_member_text(&j, "input", cut(cx, text, EMBEDDED_MAX));
	json_member_text(&j, "encoding_format", "float");
	json_close_object(&j);
	rc = outside_post(cx, o, &call, &r);
	if (rc == ERR_OK)
		rc = outside_read(cx, &embedding, r, &reply);
	if (rc != ERR_OK)
		return rc;
	*vector = json_get(json_item(json_get(reply, "data"), 0), "embedding");
	return is_vector(*vector)
	    ? ERR_OK
	    : outside_fail(cx, &embedding, "answered what is no vector");
}

/* -- the question -- */

static void
put_turn(struct json_out *j, const char *role, const char *text)
{
	json_open_object(j);
	json_member_text(j, "role", role);
	json_member_text(j, "content", text);
	json_close_object(j);
}

static void
put_question(struct json_out *j, const struct assistant *a,
    const struct assistant_question *q, bool streamed)
{
	json_open_object(j);
	json_member_text(j, "model", a->model);
	json_name(j, "messages");
	json_open_array(j);
	if (str_is_set(q->prompt))
		put_turn(j, "system", q->prompt);
	for (size_t i = 0; i < q->turn_count; i++)
		put_turn(j, q->turns[i].role, q->turns[i].text);
	json_close_array(j);
	if (q->temperature != NULL)
		json_member_raw(j, "temperature", q->temperature);
	if (q->max_tokens > 0)
		json_member_i64(j, "max_tokens", q->max_tokens);
	json_member_bool(j, "stream", streamed);
	if (streamed)
		json_member_raw(j, "stream_options", "{\"include_usage\":true}");
	json_close_object(j);
}

/* -- the answer, whole -- */

static enum err
ask_for_all(struct ctx *cx, struct outside *o, struct outside_call *call,
    struct assistant_answer *out)
{
	const struct transfer_reply *r;
	const struct json *reply, *choice, *usage;
	enum err rc;

	call->reply_max = REPLY_MAX;
	rc = outside_post(cx, o, call, &r);
	if (rc == ERR_OK)
		rc = outside_read(cx, &model, r, &reply);
	if (rc != ERR_OK)
		return rc;
	choice = json_item(json_get(reply, "choices"), 0);
	usage = json_get(reply, "usage");
	out->text = json_get_text(json_get(choice, "message"), "content");
	out->finish = json_get_text(choice, "finish_reason");
	if (json_get_text(reply, "model") != NULL)
		out->model = json_get_text(reply, "model");
	if (json_type(usage) == JSON_OBJECT)
		out->usage = json_print(cx->mem, usage);
	return out->text != NULL
	    ? ERR_OK
	    : outside_fail(cx, &model, "answered what is no answer");
}

/* -- the answer, as it comes -- */

struct hearing {
	const struct assistant_listener *listener;
	struct stream stream;
};

static bool
put_piece(void *arg, struct slice piece)
{
	return stream_put(&((struct hearing *)arg)->stream, piece);
}

static enum err
tell_fresh(struct ctx *cx, void *arg)
{
	struct hearing *h = arg;
	const char *fresh = h->stream.bad ? NULL : stream_take(&h->stream);

	return fresh != NULL ? h->listener->hear(cx, h->listener->arg, fresh) : ERR_OK;
}

/* Some do not say that it is done, but why. */
static enum err
check_end(struct ctx *cx, const struct stream *s)
{
	if (s->bad)
		return outside_fail(cx, &model, "answered what cannot be read");
	if (!s->done && s->finish[0] == '\0')
		return outside_fail(cx, &model, "did not finish its answer");
	return ERR_OK;
}

static const char *
keep(struct ctx *cx, const char *text, const char *otherwise)
{
	return text[0] != '\0' ? arena_strdup(cx->mem, text) : otherwise;
}

static enum err
hear(struct ctx *cx, struct outside *o, const struct outside_call *asked,
    struct assistant_answer *out)
{
	struct hearing h = {.listener = o->listener};
	struct outside_call call = *asked;
	const struct transfer_reply *r;
	enum err rc;

	stream_init(&h.stream);
	call.reply_max = STREAM_MAX;
	call.sink = put_piece;
	call.between = tell_fresh;
	call.sink_arg = &h;
	rc = outside_post(cx, o, &call, &r);
	if (rc == ERR_OK)
		rc = check_end(cx, &h.stream);
	out->model = keep(cx, h.stream.model, out->model);
	out->finish = keep(cx, h.stream.finish, NULL);
	out->usage = keep(cx, h.stream.usage, NULL);
	stream_fini(&h.stream);
	return rc;
}

enum err
model_ask(struct ctx *cx, struct outside *o, const struct assistant *a,
    const struct assistant_question *q, struct assistant_answer *out)
{
	const bool streamed = o->listener->hear != NULL;
	struct json_out j;
	struct buf body;
	struct outside_call call = call_of(cx, a, "/chat/completions", &body);

	call.service = &model;
	call.timeout_ms = a->timeout_ms;
	out->model = a->model;
	out->text = "";
	json_out_init(&j, &body);
	put_question(&j, a, q, streamed);
	return streamed ? hear(cx, o, &call, out) : ask_for_all(cx, o, &call, out);
}
