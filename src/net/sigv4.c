/* sigv4.c - see sigv4.h. */
#include "net/sigv4.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/digest.h"
#include "crypto/secret.h"

enum { PARAMETERS_MAX = 64, TEXT_MAX = 64 * 1024 };

#define ALGORITHM "AWS4-HMAC-SHA256"

/* A field of the head or a parameter of the query, as it is signed. */
struct pair {
	const char *name, *value;
};

struct pairs {
	struct pair list[PARAMETERS_MAX];
	size_t count;
};

struct place {
	struct slice scheme, authority, path, query;
};

/* -- words of the specification -- */

void
sigv4_put_escaped(struct buf *b, struct slice text, bool keep_slashes)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
				    "yz0123456789-._~";

	for (size_t i = 0; i < text.n; i++) {
		const unsigned char c = (unsigned char)text.p[i];

		if ((c != '\0' && strchr(plain, c) != NULL) ||
		    (keep_slashes && c == '/'))
			buf_putc(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
}

void
sigv4_stamp(char out[static SIGV4_STAMP_SIZE], int64_t now_s)
{
	const time_t t = (time_t)now_s;
	struct tm tm;

	out[0] = '\0';
	if (gmtime_r(&t, &tm) != NULL)
		(void)strftime(out, SIGV4_STAMP_SIZE, "%Y%m%dT%H%M%SZ", &tm);
}

static const char *
escaped(struct arena *mem, struct slice text)
{
	struct buf b;

	buf_init(&b, mem, TEXT_MAX);
	sigv4_put_escaped(&b, text, false);
	return buf_text(&b);
}

/* "%41" becomes "A"; what is no escape stays. */
static struct slice
unescaped(struct arena *mem, struct slice text)
{
	char *out = arena_alloc(mem, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		const bool escape = text.p[i] == '%' && i + 2 < text.n &&
		    str_hex_digit(text.p[i + 1]) >= 0 &&
		    str_hex_digit(text.p[i + 2]) >= 0;

		if (escape)
			out[n++] =
			    (char)(unsigned char)(str_hex_digit(text.p[i + 1]) * 16 +
				str_hex_digit(text.p[i + 2]));
		else
			out[n++] = text.p[i];
		i += escape ? 2 : 0;
	}
	return (struct slice){out, n};
}

static int
compare(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	const int names = strcmp(x->name, y->name);

	return names != 0 ? names : strcmp(x->value, y->value);
}

static void
add(struct pairs *all, const char *name, const char *value)
{
	if (all->count < PARAMETERS_MAX)
		all->list[all->count] = (struct pair){name, value};
	all->count++;
}

static bool
sort(struct pairs *all)
{
	if (all->count > PARAMETERS_MAX)
		return false;
	qsort(all->list, all->count, sizeof(all->list[0]), compare);
	return true;
}

/* -- the request -- */

static bool
read_place(const char *url, struct place *out)
{
	const char *at = strstr(url, "://"), *end;

	if (at == NULL)
		return false;
	out->scheme = (struct slice){url, (size_t)(at - url)};
	at += 3;
	end = at + strcspn(at, "/?#");
	out->authority = (struct slice){at, (size_t)(end - at)};
	out->path = (struct slice){end, strcspn(end, "?#")};
	end += out->path.n;
	if (*end == '?')
		out->query = (struct slice){end + 1, strcspn(end + 1, "#")};
	return out->authority.n > 0;
}

/* As it is sent: without the port that goes without saying. */
static const char *
host_of(struct arena *mem, const struct place *at)
{
	struct slice a = at->authority;
	const char *port = slice_eq(at->scheme, "https") ? ":443" : ":80";
	const size_t n = strlen(port);

	if (a.n > n && memcmp(a.p + a.n - n, port, n) == 0)
		a.n -= n;
	return slice_dup(mem, a);
}

static char *
lower(struct arena *mem, struct slice text)
{
	char *out = slice_dup(mem, text);

	for (char *p = out; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return out;
}

/* Without blanks around it, and one for many within. */
static char *
trimmed(struct arena *mem, struct slice text)
{
	char *out = slice_dup(mem, slice_trim(text)), *to = out;

	for (const char *p = out; *p != '\0'; p++)
		if (*p != ' ' || p[1] != ' ')
			*to++ = *p;
	*to = '\0';
	return out;
}

static void
add_fields(struct arena *mem, const char *const *fields, struct pairs *out)
{
	for (; fields != NULL && *fields != NULL; fields++) {
		const size_t n = strcspn(*fields, ":;");

		add(out, lower(mem, (struct slice){*fields, n}),
		    (*fields)[n] == ':' ? trimmed(mem, slice_of(*fields + n + 1)) : "");
	}
}

static void
add_parameters(struct arena *mem, struct slice query, struct pairs *out)
{
	struct slice piece, name;

	while (slice_cut(&query, '&', &piece)) {
		if (piece.n == 0 || !slice_cut(&piece, '=', &name))
			continue;
		add(out, escaped(mem, unescaped(mem, name)),
		    piece.p != NULL ? escaped(mem, unescaped(mem, piece)) : "");
	}
}

/* -- the signature -- */

struct signing {
	struct arena *mem;
	const struct sigv4_signer *who;
	struct place at;
	struct pairs fields, parameters;
	char stamp[SIGV4_STAMP_SIZE];
	const char *scope;
};

static bool
begin(struct signing *s, struct arena *mem, const struct sigv4_signer *who,
    const struct sigv4_request *rq)
{
	*s = (struct signing){.mem = mem, .who = who};
	if (!read_place(rq->url, &s->at))
		return false;
	sigv4_stamp(s->stamp, who->now_s);
	s->scope = arena_printf(
	    mem, "%.8s/%s/%s/aws4_request", s->stamp, who->region, who->service);
	add(&s->fields, "host", host_of(mem, &s->at));
	add_fields(mem, rq->fields, &s->fields);
	add_parameters(mem, s->at.query, &s->parameters);
	return true;
}

static bool
is_s3(const struct signing *s)
{
	return strcmp(s->who->service, "s3") == 0;
}

static const char *
names_of(struct signing *s)
{
	struct buf b;

	buf_init(&b, s->mem, TEXT_MAX);
	for (size_t i = 0; i < s->fields.count; i++)
		buf_printf(&b, "%s%s", i > 0 ? ";" : "", s->fields.list[i].name);
	return buf_text(&b);
}

static void
put_query(struct buf *b, const struct pairs *all)
{
	for (size_t i = 0; i < all->count; i++)
		buf_printf(b, "%s%s=%s", i > 0 ? "&" : "", all->list[i].name,
		    all->list[i].value);
}

static void
put_path(struct buf *b, const struct signing *s)
{
	if (s->at.path.n == 0)
		buf_putc(b, '/');
	else if (is_s3(s))
		buf_put(b, s->at.path.p, s->at.path.n);
	else
		sigv4_put_escaped(b, s->at.path, true);
}

static void
chain(struct digest *key, const char *text)
{
	*key = digest_hmac_sha256(key, sizeof(*key), text, strlen(text));
}

/* Fields and parameters are sorted. */
static bool
finish(struct signing *s, const char *method, const char *payload,
    char out[static DIGEST_HEX_SIZE])
{
	char *first = arena_printf(s->mem, "AWS4%s", s->who->secret);
	char day[9] = "";
	const char *to_sign;
	struct digest key;
	struct buf b;

	buf_init(&b, s->mem, (size_t)4 * TEXT_MAX);
	buf_printf(&b, "%s\n", method);
	put_path(&b, s);
	buf_putc(&b, '\n');
	put_query(&b, &s->parameters);
	buf_putc(&b, '\n');
	for (size_t i = 0; i < s->fields.count; i++)
		buf_printf(
		    &b, "%s:%s\n", s->fields.list[i].name, s->fields.list[i].value);
	buf_printf(&b, "\n%s\n%s", names_of(s), payload);
	if (b.failed)
		return false;
	digest_hex(out, digest_sha256(b.p, b.n));
	to_sign =
	    arena_printf(s->mem, ALGORITHM "\n%s\n%s\n%s", s->stamp, s->scope, out);
	memcpy(day, s->stamp, 8);
	key = digest_hmac_sha256(first, strlen(first), day, 8);
	chain(&key, s->who->region);
	chain(&key, s->who->service);
	chain(&key, "aws4_request");
	chain(&key, to_sign);
	digest_hex(out, key);
	secret_cleanse(first, strlen(first));
	return true;
}

bool
sigv4_sign(struct arena *mem, const struct sigv4_signer *who,
    const struct sigv4_request *rq, struct sigv4_fields *out)
{
	char payload[DIGEST_HEX_SIZE], signature[DIGEST_HEX_SIZE];
	struct signing s;
	size_t n = 0;

	if (!begin(&s, mem, who, rq))
		return false;
	digest_hex(
	    payload, digest_sha256(rq->body.n > 0 ? rq->body.p : "", rq->body.n));
	*out = (struct sigv4_fields){0};
	out->list[n++] = arena_printf(mem, "X-Amz-Date: %s", s.stamp);
	if (is_s3(&s))
		out->list[n++] = arena_printf(mem, "X-Amz-Content-Sha256: %s", payload);
	add_fields(mem, out->list, &s.fields);
	if (!sort(&s.fields) || !sort(&s.parameters) ||
	    !finish(&s, rq->method, payload, signature))
		return false;
	out->list[n] = arena_printf(mem,
	    "Authorization: " ALGORITHM
	    " Credential=%s/%s, SignedHeaders=%s, Signature=%s",
	    who->key_id, s.scope, names_of(&s), signature);
	return true;
}

const char *
sigv4_presign(struct arena *mem, const struct sigv4_signer *who,
    const struct sigv4_request *rq, int expires_s)
{
	char signature[DIGEST_HEX_SIZE];
	struct signing s;
	struct buf b;

	if (expires_s < 1 || expires_s > SIGV4_EXPIRES_MAX ||
	    !begin(&s, mem, who, rq) || !sort(&s.fields))
		return NULL;
	add(&s.parameters, "X-Amz-Algorithm", ALGORITHM);
	add(&s.parameters, "X-Amz-Credential",
	    escaped(mem, slice_of(arena_printf(mem, "%s/%s", who->key_id, s.scope))));
	add(&s.parameters, "X-Amz-Date", arena_strdup(mem, s.stamp));
	add(&s.parameters, "X-Amz-Expires", arena_printf(mem, "%d", expires_s));
	add(&s.parameters, "X-Amz-SignedHeaders", escaped(mem, slice_of(names_of(&s))));
	if (!sort(&s.parameters) ||
	    !finish(&s, rq->method, "UNSIGNED-PAYLOAD", signature))
		return NULL;
	buf_init(&b, mem, TEXT_MAX);
	buf_put(&b, rq->url, (size_t)(s.at.path.p + s.at.path.n - rq->url));
	buf_putc(&b, '?');
	put_query(&b, &s.parameters);
	buf_printf(&b, "&X-Amz-Signature=%s", signature);
	return b.failed ? NULL : buf_text(&b);
}
