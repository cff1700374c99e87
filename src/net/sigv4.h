/*
 * sigv4.h - AWS Signature Version 4: of a request by its Authorization field, or of a
 * URL by its query, for whoever is given it.
 *
 * As "Authenticating Requests: Using the Authorization Header" and "Using Query
 * Parameters" of Amazon S3's API reference have it; services other than S3 encode the
 * path once more. A body is signed whole, and that of a signed URL is not.
 *
 * Owner:    the arena.
 * Lifetime: of the arena.
 * Threads:  any.
 * Failure:  false or NULL: the URL is none, or what is to be signed is longer than
 *           anybody takes.
 */
#ifndef TENANTD_NET_SIGV4_H
#define TENANTD_NET_SIGV4_H

#include "base/buf.h"
#include "base/str.h"

enum { SIGV4_EXPIRES_MAX = 7 * 24 * 3600 }; /* seconds that a signed URL is good for */

/* Who signs, for which service, and when. */
struct sigv4_signer {
	const char *region, *service, *key_id, *secret;
	int64_t now_s; /* seconds since 1970 */
};

/* The URL is http or https; its path and query are escaped already. */
struct sigv4_request {
	const char *method, *url;
	const char *const
	    *fields; /* "Name: value", all to be signed; NULL-terminated, or NULL */
	struct slice body;
};

/* "Name: value" each, to be sent with the request; NULL-terminated. */
struct sigv4_fields {
	const char *list[4];
};

bool sigv4_sign(struct arena *mem, const struct sigv4_signer *who,
    const struct sigv4_request *rq, struct sigv4_fields *out) MUST_CHECK;
/* The URL with its signature, good for 1 to SIGV4_EXPIRES_MAX seconds. The fields must
 * be sent with it as they are; the body may be any. */
const char *sigv4_presign(struct arena *mem, const struct sigv4_signer *who,
    const struct sigv4_request *rq, int expires_s) MUST_CHECK;

/* What UriEncode of the specification makes of text: all but letters, digits and
 * "-._~" escaped, and "/" unless it is kept. */
void sigv4_put_escaped(struct buf *b, struct slice text, bool keep_slashes);
/* "20250210T163000Z" */
enum { SIGV4_STAMP_SIZE = 17 };
void sigv4_stamp(char out[static SIGV4_STAMP_SIZE], int64_t now_s);

#endif
