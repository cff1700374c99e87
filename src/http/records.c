/* records.c - see records.h.  FastCGI 1.0: 3.3 (records), 3.4 (name-value pairs), 4
 * (management), 5 (the application's records). */
#include "http/records.h"

#include <string.h>

enum {
	VERSION_1 = 1,
	BEGIN_REQUEST = 1,
	END_REQUEST = 3,
	PARAMS = 4,
	STDIN = 5,
	STDOUT = 6,
	GET_VALUES = 9,
	GET_VALUES_RESULT = 10,
	UNKNOWN_TYPE = 11,
	RESPONDER = 1,
	KEEP_CONN = 1,
	REQUEST_COMPLETE = 0,
	CANT_MPX_CONN = 1,
	UNKNOWN_ROLE = 3,
	BODY_SIZE = 8 /* of the records that have a fixed content */
};
enum {
	KEPT_MAX = 256 * 1024, /* what one long head leaves allocated */
	POINTERS_MAX = RECORDS_PARAMS_MAX / 2 * 8,
	REPLY_MAX = 64 * 1024
};

struct record {
	unsigned type, id;
	const unsigned char *content;
	size_t n;
};

void
records_init(struct records *r)
{
	r->at = r->end = 0;
	buf_init(&r->text, NULL, RECORDS_PARAMS_MAX);
	buf_init(&r->pointers, NULL, POINTERS_MAX + sizeof(char *));
	buf_init(&r->reply, NULL, REPLY_MAX);
	records_open(r);
}

void
records_fini(struct records *r)
{
	buf_fini(&r->text);
	buf_fini(&r->pointers);
	buf_fini(&r->reply);
}

void
records_open(struct records *r)
{
	(void)records_done(r);
	r->at = r->end = 0;
	buf_reset(&r->reply);
}

bool
records_done(struct records *r)
{
	if (r->text.cap > KEPT_MAX || r->pointers.cap > KEPT_MAX) {
		buf_fini(&r->text);
		buf_fini(&r->pointers);
	}
	buf_reset(&r->text);
	buf_reset(&r->pointers);
	r->body.n = 0;
	r->id = 0;
	r->has_head = r->keep = false;
	return r->at < r->end;
}

/* -- bytes -- */

unsigned char *
records_room(struct records *r, size_t *n)
{
	if (r->at > 0) {
		r->end -= r->at;
		memmove(r->in, r->in + r->at, r->end);
		r->at = 0;
	}
	*n = sizeof(r->in) - r->end;
	return r->in + r->end;
}

void
records_came(struct records *r, size_t n)
{
	r->end += n;
}

static unsigned
two_bytes(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* The next record, when all of it is here. */
static bool
take_record(struct records *r, struct record *out)
{
	const unsigned char *p = r->in + r->at;
	size_t whole;

	if (r->end - r->at < RECORD_HEADER)
		return false;
	*out = (struct record){
	    p[1], two_bytes(p + 2), p + RECORD_HEADER, two_bytes(p + 4)};
	whole = RECORD_HEADER + out->n + p[6];
	if (r->end - r->at < whole)
		return false;
	r->at += whole;
	return true;
}

static void
put_header(unsigned char *out, unsigned type, unsigned id, size_t n)
{
	const unsigned char header[RECORD_HEADER] = {VERSION_1, (unsigned char)type,
	    (unsigned char)(id >> 8), (unsigned char)id, (unsigned char)(n >> 8),
	    (unsigned char)n};

	memcpy(out, header, sizeof(header));
}

void
records_put_stdout(unsigned char out[static RECORD_HEADER], unsigned id, size_t n)
{
	put_header(out, STDOUT, id, n);
}

void
records_put_end(unsigned char out[static RECORDS_END_SIZE], unsigned id)
{
	put_header(out, STDOUT, id, 0);
	put_header(out + RECORD_HEADER, END_REQUEST, id, BODY_SIZE);
	memset(out + 2ul * RECORD_HEADER, 0, BODY_SIZE); /* REQUEST_COMPLETE */
}

static void
reply(struct records *r, unsigned type, unsigned id, struct slice content)
{
	unsigned char header[RECORD_HEADER];

	put_header(header, type, id, content.n);
	buf_put(&r->reply, header, sizeof(header));
	buf_put(&r->reply, content.p, content.n);
}

/* -- pairs -- */

/* A length of one byte, or of four with the highest bit set; false: it is cut off. */
static bool
take_length(const unsigned char **p, const unsigned char *end, size_t *out)
{
	if (end - *p < 1)
		return false;
	if (**p < 0x80) {
		*out = *(*p)++;
		return true;
	}
	if (end - *p < 4)
		return false;
	*out = (size_t)((*p)[0] & 0x7f) << 24 | (size_t)(*p)[1] << 16 |
	    (size_t)(*p)[2] << 8 | (*p)[3];
	*p += 4;
	return true;
}

static bool
take_pair(const unsigned char **p, const unsigned char *end, struct slice *name,
    struct slice *value)
{
	if (!take_length(p, end, &name->n) || !take_length(p, end, &value->n) ||
	    name->n + value->n > (size_t)(end - *p))
		return false;
	name->p = (const char *)*p;
	value->p = name->p + name->n;
	*p += name->n + value->n;
	return true;
}

/* Makes "NAME=value" of each pair, in its own place: the two lengths before it take no
 * less than the "=" and the NUL. */
static bool
cut_params(struct records *r)
{
	const unsigned char *p = (const unsigned char *)buf_text(&r->text);
	const unsigned char *end = p + r->text.n;
	char *text = r->text.p, *const none = NULL;
	struct slice name, value;

	while (p < end) {
		if (!take_pair(&p, end, &name, &value))
			return false;
		buf_put(&r->pointers, &text, sizeof(text));
		memmove(text, name.p, name.n);
		text += name.n;
		*text++ = '=';
		memmove(text, value.p, value.n);
		text += value.n;
		*text++ = '\0';
	}
	buf_put(&r->pointers, &none, sizeof(none));
	return !r->pointers.failed;
}

const char *const *
records_params(const struct records *r)
{
	return (const char *const *)(const void *)r->pointers.p;
}

/* -- records -- */

/* Only what is known for all workers is told: how many there are is not. */
static void
get_values(struct records *r, const struct record *one)
{
	static const char no_multiplexing[] = "\x0f\x01"
					      "FCGI_MPXS_CONNS"
					      "0";
	const unsigned char *p = one->content, *end = p + one->n;
	struct slice name, value, told = {no_multiplexing, 0};

	while (p < end && take_pair(&p, end, &name, &value))
		if (slice_eq(name, "FCGI_MPXS_CONNS"))
			told.n = sizeof(no_multiplexing) - 1;
	reply(r, GET_VALUES_RESULT, 0, told);
}

static void
manage(struct records *r, const struct record *one)
{
	const char type[BODY_SIZE] = {(char)one->type};

	if (one->type == GET_VALUES)
		get_values(r, one);
	else
		reply(r, UNKNOWN_TYPE, 0, (struct slice){type, sizeof(type)});
}

static void
refuse(struct records *r, unsigned id, char why)
{
	const char content[BODY_SIZE] = {[4] = why};

	reply(r, END_REQUEST, id, (struct slice){content, sizeof(content)});
}

static enum records_event
begin(struct records *r, const struct record *one)
{
	if (one->n != BODY_SIZE || one->id == r->id)
		return RECORDS_BROKEN;
	if (r->id != 0) {
		refuse(r, one->id, CANT_MPX_CONN);
		return RECORDS_MORE;
	}
	if (two_bytes(one->content) != RESPONDER) {
		refuse(r, one->id, UNKNOWN_ROLE);
		return RECORDS_REFUSED;
	}
	r->id = one->id;
	r->keep = (one->content[2] & KEEP_CONN) != 0;
	return RECORDS_MORE;
}

static enum records_event
take_params(struct records *r, const struct record *one)
{
	if (r->has_head)
		return RECORDS_BROKEN;
	if (one->n > 0) {
		buf_put(&r->text, one->content, one->n);
		return r->text.failed ? RECORDS_BROKEN : RECORDS_MORE;
	}
	if (!cut_params(r))
		return RECORDS_BROKEN;
	r->has_head = true;
	return RECORDS_HEAD;
}

static enum records_event
take_body(struct records *r, const struct record *one)
{
	if (!r->has_head)
		return RECORDS_BROKEN;
	r->body = (struct slice){(const char *)one->content, one->n};
	return one->n > 0 ? RECORDS_BODY : RECORDS_END;
}

static enum records_event
take(struct records *r, const struct record *one)
{
	if (one->id == 0) {
		manage(r, one);
		return r->reply.failed ? RECORDS_BROKEN : RECORDS_MORE;
	}
	if (one->type == BEGIN_REQUEST)
		return begin(r, one);
	/* What a request that is over or refused has left: not to be read as another.
	 */
	if (one->id != r->id)
		return r->id == 0 && one->type == PARAMS ? RECORDS_BROKEN
							 : RECORDS_MORE;
	if (one->type == PARAMS)
		return take_params(r, one);
	return one->type == STDIN ? take_body(r, one) : RECORDS_BROKEN;
}

enum records_event
records_next(struct records *r)
{
	enum records_event event = RECORDS_MORE;
	struct record one;

	while (event == RECORDS_MORE) {
		if (r->at < r->end && r->in[r->at] != VERSION_1)
			return RECORDS_BROKEN;
		if (!take_record(r, &one))
			break;
		event = take(r, &one);
	}
	return event;
}
