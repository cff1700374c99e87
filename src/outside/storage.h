/*
 * storage.h - a tenant's objects in S3: what is below a prefix of a bucket that all
 * share, or a bucket of its own.
 *
 * What is ours carries a mark, the object ".tenantd/" and the resource's id below the
 * prefix. What does not is never removed, nor written to. A bucket that was made, and
 * not marked because we were killed in between, is taken for ours where the ledger says
 * that it was not there before, and it is empty.
 *
 * Owner:    S3; texts live in the arena of the ctx.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as net/s3.h; ERR_OUTSIDE_FAILED, told, with S3's code; ERR_CONFLICT, told:
 *           somebody else has it, or S3 is not set up here.
 */
#ifndef TENANTD_OUTSIDE_STORAGE_H
#define TENANTD_OUTSIDE_STORAGE_H

#include "outside/stores.h"

enum {
	STORAGE_KEY_MAX = 512,        /* bytes of a key of the tenant's */
	STORAGE_BUCKET_SIZE = 64,     /* with NUL */
	STORAGE_EXPIRES_DEFAULT = 900 /* seconds that a signed URL is good for */
};

struct storage_place {
	const char *bucket;
	const char *prefix; /* "": all of the bucket */
	const char *mark;   /* the resource's id */
	bool absent;        /* there was nothing before we began to make it */
};

/* "tenants/ID/" */
const char *storage_prefix(struct arena *mem, const char *tenant_id);
/* A name for a bucket of the tenant's own, which nobody has by accident. */
enum err storage_bucket_name(struct ctx *cx, const struct conf *conf, const char *slug,
    char out[static STORAGE_BUCKET_SIZE]) MUST_CHECK;

enum storage_state {
	STORAGE_UNSET,
	STORAGE_NO_BUCKET,
	STORAGE_EMPTY,  /* there is nothing, and no mark */
	STORAGE_OURS,   /* marked */
	STORAGE_FOREIGN /* there is something, and no mark */
};
enum err storage_look(struct ctx *cx, struct stores *s, const struct storage_place *p,
    enum storage_state *out) MUST_CHECK;
enum err storage_make_bucket(
    struct ctx *cx, struct stores *s, const struct storage_place *p) MUST_CHECK;
enum err storage_put_mark(
    struct ctx *cx, struct stores *s, const struct storage_place *p) MUST_CHECK;

/* With all that is in it, the mark last; nothing where there is no mark. With own: and
 * the bucket. May be run again after it ran to any point. */
enum err storage_remove(struct ctx *cx, struct stores *s, const struct storage_place *p,
    bool own) MUST_CHECK;

/* What somebody may do with one object, without a key of their own. */
struct storage_grant {
	const char *method, *key;
	const char *content_type; /* NULL: any */
	int expires_s;
	int64_t now_s;
};
/* Why a tenant may have no object of that key; NULL: it may. */
const char *storage_refuse_key(const char *key);
enum err storage_presign(struct ctx *cx, const struct conf *conf,
    const struct storage_place *p, const struct storage_grant *g,
    const char **url) MUST_CHECK;

#endif
