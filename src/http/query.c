/* query.c - percent-encoding (RFC 3986 2.1): the path's pieces and the query's. */
#include <string.h>

#include "http/client.h"

/* Decodes into out, which has room for s.n bytes; false: a percent sign that is no
 * escape, or the escape of NUL. */
static bool
percent_decode(struct slice s, bool plus, char *out, size_t *length)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '%') {
			int high = i + 2 < s.n ? str_hex_digit(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? str_hex_digit(s.p[i + 2]) : -1;

			if (high < 0 || low < 0 || high + low == 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (plus && c == '+')
			c = ' ';
		out[n++] = c;
	}
	*length = n;
	return true;
}

/* UTF-8 without C0 and C1 controls and DEL. */
static bool
is_printable(struct slice s)
{
	bool ascii = true;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f)
			return false;
		if (c == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0)
			return false;
		ascii = ascii && c < 0x80;
	}
	return ascii || utf8_valid(s.p, s.n, true);
}

static enum err
piece_decode(struct ctx *cx, struct slice raw, struct slice *out)
{
	*out = raw;
	if (raw.n > 0 && memchr(raw.p, '%', raw.n) != NULL) {
		char *p = arena_alloc(cx->mem, raw.n + 1);

		if (!percent_decode(raw, false, p, &out->n))
			return err_tell(&cx->err, ERR_INVALID,
			    "the path has a percent sign that is no valid escape");
		out->p = p;
	}
	if (!is_printable(*out))
		return err_tell(&cx->err, ERR_INVALID,
		    "the path is not UTF-8, or has control characters");
	if (slice_eq(*out, ".") || slice_eq(*out, ".."))
		return err_tell(&cx->err, ERR_INVALID, "the path has a dot segment");
	return ERR_OK;
}

enum err
path_cut(struct ctx *cx, struct request *rq, struct slice path)
{
	const char *p = path.p + 1, *end = path.p + path.n;
	bool too_many = false;

	while (p < end) {
		const char *slash = memchr(p, '/', (size_t)(end - p));
		struct slice raw = {p, (size_t)((slash != NULL ? slash : end) - p)},
			     piece;
		enum err e = piece_decode(cx, raw, &piece);

		if (e != ERR_OK)
			return e;
		if (rq->segment_count < REQUEST_SEGMENTS_MAX)
			rq->segments[rq->segment_count++] = piece;
		else
			too_many = true;
		p += raw.n + 1;
	}
	if (too_many) {
		rq->segments[0] = (struct slice){"", 0};
		rq->segment_count = 1;
	}
	return ERR_OK;
}

enum err
query_check(struct ctx *cx, const struct request *rq)
{
	const struct slice raw = slice_of(rq->query);
	char *text;
	size_t n;

	if (raw.n == 0)
		return ERR_OK;
	text = arena_alloc(cx->mem, raw.n + 1);
	if (!percent_decode(raw, true, text, &n) || !utf8_valid(text, n, true))
		return err_tell(&cx->err, ERR_INVALID,
		    "the query has a percent sign that is no valid escape, or is not "
		    "UTF-8");
	return ERR_OK;
}

const char *
request_query(struct arena *mem, const struct request *rq, const char *name)
{
	struct slice rest = slice_of(rq->query), piece;

	while (slice_next(&rest, '&', &piece)) {
		const char *equals = piece.n > 0 ? memchr(piece.p, '=', piece.n) : NULL;
		struct slice key = {
		    piece.p, equals != NULL ? (size_t)(equals - piece.p) : piece.n};
		struct slice value = {equals != NULL ? equals + 1 : "",
		    equals != NULL ? piece.n - key.n - 1 : 0};
		char *text;
		size_t n;

		/* An escaped key is up to three times as long. */
		if (key.n < strlen(name) || key.n > 3 * strlen(name))
			continue;
		text = arena_alloc(mem, (key.n > value.n ? key.n : value.n) + 1);
		if (!percent_decode(key, true, text, &n) ||
		    !slice_eq((struct slice){text, n}, name))
			continue;
		if (!percent_decode(value, true, text, &n))
			return NULL;
		text[n] = '\0';
		return text;
	}
	return NULL;
}

const char *
field_decode(struct ctx *cx, struct slice raw)
{
	char *text = arena_alloc(cx->mem, raw.n + 1);
	size_t n;

	if (!percent_decode(raw, true, text, &n) || !utf8_valid(text, n, true))
		return NULL;
	text[n] = '\0';
	return text;
}

enum err
request_next_field(
    struct ctx *cx, struct slice *rest, const char **name, const char **value)
{
	struct slice piece, key;

	*name = NULL;
	do {
		if (!slice_cut(rest, '&', &piece))
			return ERR_OK;
	} while (piece.n == 0);
	slice_cut(&piece, '=', &key);
	*name = field_decode(cx, key);
	*value = field_decode(cx, piece);
	return *name != NULL && *value != NULL
	    ? ERR_OK
	    : err_tell(&cx->err, ERR_INVALID,
		  "the body has a percent sign that is no valid escape, or is not "
		  "UTF-8");
}

const char *
request_encode_piece(struct arena *mem, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = arena_alloc(mem, 3 * strlen(text) + 1), *p = out;

	for (; *text != '\0'; text++) {
		const unsigned char c = (unsigned char)*text;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || strchr("-._~", c) != NULL) {
			*p++ = (char)c;
			continue;
		}
		*p++ = '%';
		*p++ = digits[c >> 4];
		*p++ = digits[c & 15];
	}
	*p = '\0';
	return out;
}
