/* etag.c - conditional requests (RFC 9110 13): strong tags, made from the body
 * unless the answer has one. */
#include <assert.h>
#include <string.h>

#include "crypto/base64.h"
#include "crypto/digest.h"
#include "http/response.h"

/* Half of a SHA-256: 128 bits are more than enough for two versions never to share a
 * tag, and keep it short. */
enum { TAG_BYTES = 16 };

void
response_etag(char out[static RESPONSE_ETAG_SIZE], const void *body, size_t n)
{
	struct digest hash = digest_sha256(body, n);

	out[0] = '"';
	base64url_encode(out + 1, hash.b, TAG_BYTES);
	out[RESPONSE_ETAG_SIZE - 2] = '"';
	out[RESPONSE_ETAG_SIZE - 1] = '\0';
}

static_assert(BASE64URL_TEXT_SIZE(TAG_BYTES) + 2 == RESPONSE_ETAG_SIZE,
    "a tag is the text in quotes");

/* Whether a list of entity tags names ours. weak: W/ is looked through. */
static bool
list_names(const char *list, const char *etag, bool weak)
{
	struct slice rest = slice_of(list), piece;

	while (slice_next(&rest, ',', &piece)) {
		if (slice_eq(piece, "*"))
			return true;
		if (weak && piece.n > 2 && memcmp(piece.p, "W/", 2) == 0)
			piece = (struct slice){piece.p + 2, piece.n - 2};
		if (slice_eq(piece, etag))
			return true;
	}
	return false;
}

/* Of the answer: what was set, else what the body makes. */
static void
take_tag(const struct response *rs, char out[static RESPONSE_ETAG_SIZE])
{
	if (rs->etag[0] != '\0')
		memcpy(out, rs->etag, RESPONSE_ETAG_SIZE);
	else
		response_etag(out, rs->body.p, rs->body.n);
}

void
response_conditional(struct response *rs, const struct request *rq)
{
	const char *known = request_header(rq, "if-none-match");
	char etag[RESPONSE_ETAG_SIZE];

	if ((rs->status != 0 && rs->status != 200) || rs->body.failed ||
	    (rq->method != HTTP_GET && rq->method != HTTP_HEAD))
		return;
	take_tag(rs, etag);
	response_header(rs, "ETag", etag);
	if (known == NULL || !list_names(known, etag, true))
		return;
	rs->status = 304;
	buf_reset(&rs->body);
}

bool
response_if_match(const struct request *rq, const char *etag)
{
	const char *wanted = request_header(rq, "if-match");

	return wanted == NULL || list_names(wanted, etag, false);
}

enum err
response_check_match(
    struct ctx *cx, struct response *rs, const struct request *rq, const char *what)
{
	char etag[RESPONSE_ETAG_SIZE];

	take_tag(rs, etag);
	buf_reset(&rs->body);
	if (response_if_match(rq, etag))
		return ERR_OK;
	return err_tell(&cx->err, ERR_PRECONDITION,
	    "the %s is not what If-Match says any more", what);
}

void
response_tag(struct response *rs)
{
	char etag[RESPONSE_ETAG_SIZE];

	take_tag(rs, etag);
	response_header(rs, "ETag", etag);
}
