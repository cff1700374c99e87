/*
 * stores.h - what a tenant has outside of PostgreSQL: where S3, a directory and Redis
 * are by the settings, and the connections to them, opened when first needed.
 *
 * Owner:    the process, after the fork.
 * Lifetime: until stores_free(); of the settings.
 * Threads:  one.
 * Failure:  ERR_CONFLICT, told: it is not set up here, and by which setting it would
 * be.
 */
#ifndef TENANTD_OUTSIDE_STORES_H
#define TENANTD_OUTSIDE_STORES_H

#include "conf/conf.h"
#include "net/redis.h"
#include "net/s3.h"

struct stores;

struct stores *stores_new(const struct conf *conf); /* opens nothing */
void stores_free(struct stores *s);
const struct conf *stores_conf(const struct stores *s);

bool stores_have_s3(const struct conf *conf);
bool stores_own_buckets(const struct conf *conf); /* one for each tenant */
bool stores_have_dir(const struct conf *conf);
bool stores_have_redis(const struct conf *conf);

/* Whether what a tenant is to have is set up here: s3, local are asked for. */
enum err stores_check_features(
    struct ctx *cx, const struct conf *conf, bool s3, bool local) MUST_CHECK;

/* What the settings say of S3; texts are borrowed from them, or made in mem. */
struct s3_place stores_s3_place(const struct conf *conf, struct arena *mem);

enum err stores_s3(struct ctx *cx, struct stores *s, struct s3 *out) MUST_CHECK;
enum err stores_redis(struct ctx *cx, struct stores *s, struct redis **out) MUST_CHECK;

#endif
