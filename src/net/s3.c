/* s3.c - see s3.h. */
#include "net/s3.h"

#include <string.h>

#include "net/sigv4.h"

enum {
	ANSWER_MAX = 4 * 1024 * 1024, /* a thousand keys of a thousand bytes, escaped */
	URL_TEXT_MAX = 8 * 1024,
	DELETES_AT_ONCE = 16,
	CODE_MAX = 64
};

/* -- asking -- */

/* Scheme and host, the bucket in one of both places, the key, the query. */
static const char *
url_of(struct arena *mem, const struct s3_place *p, const struct s3_request *rq)
{
	const char *host = strstr(p->endpoint, "://") + 3;
	struct buf b;

	buf_init(&b, mem, URL_TEXT_MAX);
	buf_put(&b, p->endpoint, (size_t)(host - p->endpoint));
	if (p->in_host)
		buf_printf(&b, "%s.", rq->bucket);
	buf_printf(&b, "%s/", host);
	if (!p->in_host)
		buf_printf(&b, "%s%s", rq->bucket, rq->key != NULL ? "/" : "");
	if (rq->key != NULL)
		sigv4_put_escaped(&b, slice_of(rq->key), true);
	if (rq->query != NULL)
		buf_printf(&b, "?%s", rq->query);
	return b.failed ? NULL : buf_text(&b);
}

static const struct transfer_aws *
signer_of(struct ctx *cx, const struct s3_place *p)
{
	struct transfer_aws *aws = arena_alloc(cx->mem, sizeof(*aws));

	*aws = (struct transfer_aws){p->region, "s3", p->key_id, p->secret};
	return aws;
}

static enum err
start(struct ctx *cx, const struct s3 *s, const struct s3_request *rq, void *cookie)
{
	static const char *const fields[] = {"Content-Type: application/xml", NULL};
	const struct transfer_request t = {
	    .method = rq->method,
	    .url = url_of(cx->mem, &s->place, rq),
	    .headers = strcmp(rq->method, "PUT") == 0 ? fields : NULL,
	    .body = rq->body,
	    .timeout_ms = s->place.timeout_ms,
	    .reply_max = ANSWER_MAX,
	    .reach = TRANSFER_TO_OPERATORS,
	    .aws = signer_of(cx, &s->place),
	};

	if (t.url == NULL)
		return err_tell(&cx->err, ERR_OUTSIDE_FAILED,
		    "an object's key is too long to be asked for");
	return transfer_start(cx, s->set, &t, cookie);
}

static bool
is_later(int status)
{
	return status == 429 || status >= 500;
}

/* A code is a word of S3's own: letters alone. */
static const char *
code_of(struct ctx *cx, const struct transfer_reply *r)
{
	struct slice rest = r->body;
	const char *code = s3_next_text(cx->mem, &rest, "Code");

	if (code == NULL || strlen(code) > CODE_MAX ||
	    strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") !=
		strlen(code))
		return "";
	return code;
}

static enum err
judge(struct ctx *cx, const struct transfer_reply *r, struct s3_answer *out)
{
	if (!r->answered || r->body_cut)
		return err_tell(&cx->err,
		    r->refused ? ERR_OUTSIDE_FAILED : ERR_UNAVAILABLE,
		    "S3 could not be reached: %.200s",
		    r->body_cut ? "its answer is too long" : r->reason);
	*out = (struct s3_answer){r->status, "", r->body};
	if (r->status >= 300)
		out->code = code_of(cx, r);
	if (is_later(r->status))
		return err_tell(&cx->err, ERR_UNAVAILABLE,
		    "S3 answers with status %d%s%s: try again later", r->status,
		    out->code[0] != '\0' ? ", " : "", out->code);
	return ERR_OK;
}

enum err
s3_ask(struct ctx *cx, const struct s3 *s, const struct s3_request *rq,
    struct s3_answer *out)
{
	const struct transfer_reply *r;
	void *cookie;
	enum err rc = start(cx, s, rq, out);

	if (rc != ERR_OK)
		return rc;
	while (!transfers_next(s->set, &cookie, &r))
		transfers_wait(s->set, NULL, 0, s->place.timeout_ms);
	return judge(cx, r, out);
}

static const char *
advice_for(const char *code)
{
	static const struct {
		const char *code, *advice;
	} known[] = {
	    {"AccessDenied", "the access key must be allowed it"},
	    {"InvalidAccessKeyId", "see S3_ACCESS_KEY_ID"},
	    {"SignatureDoesNotMatch", "see S3_SECRET_ACCESS_KEY"},
	    {"RequestTimeTooSkewed", "see this host's clock"},
	    {"AuthorizationHeaderMalformed", "see S3_REGION"},
	    {"PermanentRedirect", "see S3_REGION and S3_ENDPOINT"},
	    {"NoSuchBucket", "see S3_BUCKET"},
	};

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (strcmp(known[i].code, code) == 0)
			return known[i].advice;
	return "see S3_ENDPOINT";
}

enum err
s3_refuse(struct ctx *cx, const struct s3_answer *a, const char *what)
{
	return err_tell(&cx->err, ERR_OUTSIDE_FAILED,
	    "%s: S3 answers with %s%sstatus %d; %s", what, a->code,
	    a->code[0] != '\0' ? ", " : "", a->status, advice_for(a->code));
}

/* -- many -- */

static void
take_keys(struct ctx *cx, struct s3_list *l)
{
	struct slice rest = l->answer.body;
	const char *key;

	l->keys = arena_alloc(cx->mem, (size_t)l->most * sizeof(*l->keys));
	l->count = 0;
	while (
	    l->count < l->most && (key = s3_next_text(cx->mem, &rest, "Key")) != NULL)
		l->keys[l->count++] = key;
	rest = l->answer.body;
	l->after = s3_next_text(cx->mem, &rest, "NextContinuationToken");
}

enum err
s3_list(struct ctx *cx, const struct s3 *s, struct s3_list *l)
{
	struct s3_request rq = {.method = "GET", .bucket = l->bucket};
	struct buf b;
	enum err rc;

	buf_init(&b, cx->mem, URL_TEXT_MAX);
	if (l->after != NULL) {
		buf_puts(&b, "continuation-token=");
		sigv4_put_escaped(&b, slice_of(l->after), false);
		buf_putc(&b, '&');
	}
	buf_printf(&b, "list-type=2&max-keys=%d&prefix=", l->most);
	sigv4_put_escaped(&b, slice_of(l->prefix), false);
	rq.query = buf_text(&b);
	rc = s3_ask(cx, s, &rq, &l->answer);
	l->count = 0;
	l->after = NULL;
	if (rc == ERR_OK && l->answer.status == 200)
		take_keys(cx, l);
	return rc;
}

/* Takes those that have ended; waits when there is none. */
static enum err
take_deleted(struct ctx *cx, const struct s3 *s)
{
	const struct transfer_reply *r;
	struct s3_answer a;
	enum err rc = ERR_OK;
	void *cookie;

	transfers_wait(s->set, NULL, 0, s->place.timeout_ms);
	while (rc == ERR_OK && transfers_next(s->set, &cookie, &r)) {
		rc = judge(cx, r, &a);
		if (rc == ERR_OK && a.status >= 300 && a.status != 404)
			rc = s3_refuse(cx, &a, "an object could not be removed");
	}
	return rc;
}

enum err
s3_delete(struct ctx *cx, const struct s3 *s, const char *bucket,
    const char *const *keys, int count)
{
	struct s3_request rq = {.method = "DELETE", .bucket = bucket};
	static char cookie;
	enum err rc = ERR_OK;
	int i = 0;

	while (rc == ERR_OK && (i < count || transfers_running(s->set) > 0)) {
		while (rc == ERR_OK && i < count &&
		    transfers_running(s->set) < DELETES_AT_ONCE) {
			rq.key = keys[i++];
			rc = start(cx, s, &rq, &cookie);
		}
		if (rc == ERR_OK)
			rc = take_deleted(cx, s);
	}
	transfer_cancel(s->set, &cookie); /* what is left after a failure */
	return rc;
}

/* -- for others -- */

const char *
s3_presign(struct arena *mem, const struct s3_place *p, const struct s3_grant *g)
{
	const struct s3_request rq = {
	    .method = g->method, .bucket = g->bucket, .key = g->key};
	const char *fields[2] = {NULL};
	const char *url = url_of(mem, p, &rq);

	if (url == NULL)
		return NULL;
	if (g->content_type != NULL)
		fields[0] = arena_printf(mem, "Content-Type: %s", g->content_type);
	return sigv4_presign(mem,
	    &(const struct sigv4_signer){
		p->region, "s3", p->key_id, p->secret, g->now_s},
	    &(const struct sigv4_request){g->method, url, fields, {NULL, 0}},
	    g->expires_s);
}

/* -- XML -- */

static void
put_utf8(struct buf *b, long c)
{
	if (c < 0x80)
		buf_putc(b, (char)c);
	else if (c < 0x800)
		buf_printf(b, "%c%c", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 63)));
	else if (c < 0x10000)
		buf_printf(b, "%c%c%c", (int)(0xe0 | c >> 12),
		    (int)(0x80 | (c >> 6 & 63)), (int)(0x80 | (c & 63)));
	else
		buf_printf(b, "%c%c%c%c", (int)(0xf0 | (c >> 18 & 7)),
		    (int)(0x80 | (c >> 12 & 63)), (int)(0x80 | (c >> 6 & 63)),
		    (int)(0x80 | (c & 63)));
}

/* "#10", "#xA"; -1: it is none. */
static long
number_of(struct slice entity)
{
	const bool hex = entity.n > 2 && (entity.p[1] == 'x' || entity.p[1] == 'X');
	const size_t from = hex ? 2 : 1;
	long value = 0;

	if (entity.n <= from || entity.p[0] != '#')
		return -1;
	for (size_t i = from; i < entity.n; i++) {
		const int digit = str_hex_digit(entity.p[i]);

		if (digit < 0 || (!hex && digit > 9))
			return -1;
		value = value * (hex ? 16 : 10) + digit;
		if (value > 0x10ffff)
			return -1;
	}
	return value > 0 ? value : -1;
}

/* entity: what stands between "&" and ";". */
static void
put_entity(struct buf *b, struct slice entity)
{
	static const struct {
		const char *name;
		char c;
	} named[] = {
	    {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
	const long number = number_of(entity);

	if (number > 0) {
		put_utf8(b, number);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(named); i++)
		if (slice_eq(entity, named[i].name)) {
			buf_putc(b, named[i].c);
			return;
		}
	buf_printf(b, "&%.*s;", (int)entity.n, entity.p);
}

static const char *
unescaped(struct arena *mem, struct slice text)
{
	struct buf b;

	buf_init(&b, mem, text.n + 1);
	for (size_t i = 0; i < text.n; i++) {
		const char *end =
		    text.p[i] == '&' ? memchr(text.p + i, ';', text.n - i) : NULL;

		if (end == NULL) {
			buf_putc(&b, text.p[i]);
			continue;
		}
		put_entity(
		    &b, (struct slice){text.p + i + 1, (size_t)(end - text.p) - i - 1});
		i = (size_t)(end - text.p);
	}
	return buf_text(&b);
}

const char *
s3_next_text(struct arena *mem, struct slice *rest, const char *name)
{
	const char *open = arena_printf(mem, "<%s>", name);
	const char *close = arena_printf(mem, "</%s>", name);
	const char *from, *to;

	if (rest->n == 0)
		return NULL;
	from = memmem(rest->p, rest->n, open, strlen(open));
	if (from == NULL)
		return NULL;
	from += strlen(open);
	to = memmem(from, rest->n - (size_t)(from - rest->p), close, strlen(close));
	if (to == NULL)
		return NULL;
	rest->n -= (size_t)(to - rest->p);
	rest->p = to;
	return unescaped(mem, (struct slice){from, (size_t)(to - from)});
}
