/*
 * s3.h - Amazon's S3 API, or another server's that speaks it: the few calls that
 * tenants' storage needs, signed by net/sigv4.h.
 *
 * Owner:    the caller; answers live in the arena of the ctx.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  ERR_UNAVAILABLE, told: no answer in time, or S3 says that it may answer
 *           later (a status of 429 or over 499). Any other status is an answer, which
 *           the caller judges; s3_refuse() tells it.
 */
#ifndef TENANTD_NET_S3_H
#define TENANTD_NET_S3_H

#include "net/transfer.h"

/* Where, and by whose key. */
struct s3_place {
	const char *endpoint; /* scheme, host and port */
	const char *region, *key_id, *secret;
	bool in_host; /* the bucket's name stands in the host */
	int timeout_ms;
};

struct s3 {
	struct s3_place place;
	struct transfers *set;
};

struct s3_request {
	const char *method, *bucket;
	const char *key;   /* NULL: the bucket itself */
	const char *query; /* escaped; NULL: none */
	struct slice body;
};

struct s3_answer {
	int status;
	const char *code; /* such as "NoSuchBucket"; "": it has none */
	struct slice body;
};

enum err s3_ask(struct ctx *cx, const struct s3 *s, const struct s3_request *rq,
    struct s3_answer *out) MUST_CHECK;
/* ERR_OUTSIDE_FAILED, told, with S3's code: `what` could not be done. */
enum err s3_refuse(
    struct ctx *cx, const struct s3_answer *a, const char *what) MUST_CHECK;

/* -- many -- */
struct s3_list {
	const char *bucket, *prefix;
	const char
	    *after; /* a token; NULL: from the first. Then: to go on with, or NULL
		     */
	int most;   /* keys of one answer, 1 to 1000 */
	struct s3_answer answer;
	const char **keys; /* of a status 200: `count` of them */
	int count;
};
enum err s3_list(struct ctx *cx, const struct s3 *s, struct s3_list *l) MUST_CHECK;
/* Several at once; ERR_OUTSIDE_FAILED when one of them is not allowed. */
enum err s3_delete(struct ctx *cx, const struct s3 *s, const char *bucket,
    const char *const *keys, int count) MUST_CHECK;

/* -- for others -- */
struct s3_grant {
	const char *method, *bucket, *key;
	const char *content_type; /* that must be sent with it; NULL: any */
	int expires_s;
	int64_t now_s;
};
/* NULL: the URL would be too long. Nobody is asked. */
const char *s3_presign(
    struct arena *mem, const struct s3_place *p, const struct s3_grant *g) MUST_CHECK;

/* -- XML, as S3 writes it -- */
/* The text of the next element of that name, which has no attributes and no elements;
 * *rest goes on behind it. NULL: there is none. */
const char *s3_next_text(struct arena *mem, struct slice *rest, const char *name);

#endif
