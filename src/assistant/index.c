/* index.c - see index.h. */
#include "assistant/index.h"

#include <string.h>

enum {
	REQUEST_MAX = 2 * 1024 * 1024,
	REPLY_MAX = 2 * 1024 * 1024,
	SOURCES_MAX = 20,
	SHOWN_MAX = 4096 /* bytes of a source's text */
};

static const struct outside_service service = {"the vector index (PINECONE_URL)",
    "an administrator gives the tenant the key of its index, by PATCH "
    "/admin/tenants/{id} with pinecone_api_key"};

/* What a URL can hold anywhere (RFC 3986 2.3). */
static void
put_escaped(struct buf *b, const char *text)
{
	static const char safe[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789-._~";

	for (; *text != '\0'; text++)
		if (strchr(safe, *text) != NULL)
			buf_putc(b, *text);
		else
			buf_printf(b, "%%%02X", (unsigned char)*text);
}

static const char *
url_of(struct ctx *cx, const char *template, const struct assistant_question *q)
{
	const struct {
		const char *name, *value;
	} places[] = {{"{environment}", q->environment}, {"{tenant}", q->tenant_id}};
	struct buf b;

	buf_init(&b, cx->mem, 8192);
	for (const char *p = template; *p != '\0';) {
		size_t n = 0;

		for (size_t i = 0; n == 0 && i < COUNT_OF(places); i++)
			if (strncmp(p, places[i].name, strlen(places[i].name)) == 0) {
				n = strlen(places[i].name);
				put_escaped(&b, places[i].value);
			}
		if (n == 0)
			buf_putc(&b, *p++);
		p += n;
	}
	if (b.n > 0 && b.p[b.n - 1] == '/')
		b.n--;
	buf_puts(&b, "/query");
	return buf_text(&b);
}

static void
put_query(struct buf *body, const struct index_query *q)
{
	struct json_out j;

	json_out_init(&j, body);
	json_open_object(&j);
	json_member_text(&j, "namespace", q->question->tenant_id);
	json_name(&j, "vector");
	json_put(&j, q->vector);
	json_member_i64(&j, "topK", q->question->top_k);
	json_member_bool(&j, "includeMetadata", true);
	json_member_bool(&j, "includeValues", false);
	json_close_object(&j);
}

static const char *
shown(struct ctx *cx, const char *text)
{
	size_t n;

	if (text == NULL || strlen(text) <= SHOWN_MAX)
		return text;
	for (n = SHOWN_MAX; n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80;)
		n--;
	return slice_dup(cx->mem, (struct slice){text, n});
}

static bool
read_source(struct ctx *cx, const struct json *match, struct assistant_source *out)
{
	char digits[JSON_DIGITS_SIZE];
	const struct json *score = json_get(match, "score");

	out->id = json_get_text(match, "id");
	out->score = json_is_number(score)
	    ? arena_strdup(cx->mem, json_digits(score, digits))
	    : NULL;
	out->text = shown(cx, json_get_text(json_get(match, "metadata"), "text"));
	return out->id != NULL;
}

static enum err
read_reply(struct ctx *cx, const struct index_query *q, const struct json *reply,
    struct assistant_answer *out)
{
	const struct json *matches = json_get(reply, "matches");
	const char *namespace = json_get_text(reply, "namespace");
	const size_t n = json_count(matches);

	if (namespace != NULL && strcmp(namespace, q->question->tenant_id) != 0)
		return outside_fail(cx, &service, "answered for another namespace");
	if (json_type(matches) != JSON_ARRAY || n > SOURCES_MAX)
		return outside_fail(cx, &service, "answered what cannot be read");
	out->sources = arena_alloc(cx->mem, (n + 1) * sizeof(*out->sources));
	for (size_t i = 0; i < n; i++)
		if (!read_source(cx, json_item(matches, i), &out->sources[i]))
			return outside_fail(
			    cx, &service, "answered what cannot be read");
	out->source_count = n;
	return ERR_OK;
}

enum err
index_search(struct ctx *cx, struct outside *o, const struct index_query *q,
    struct assistant_answer *out)
{
	const struct transfer_reply *r;
	const struct json *reply;
	struct buf body;
	const struct outside_call call = {.service = &service,
	    .url = url_of(cx, q->assistant->index_url, q->question),
	    .key_field = "Api-Key: ",
	    .key = q->question->index_key,
	    .body = &body,
	    .timeout_ms = q->assistant->timeout_ms / 3,
	    .reply_max = REPLY_MAX};
	enum err rc;

	buf_init(&body, cx->mem, REQUEST_MAX);
	put_query(&body, q);
	rc = outside_post(cx, o, &call, &r);
	if (rc == ERR_OK)
		rc = outside_read(cx, &service, r, &reply);
	return rc == ERR_OK ? read_reply(cx, q, reply, out) : rc;
}
