/* stores.c - see stores.h. */
#include "outside/stores.h"

#include <stdlib.h>
#include <string.h>

struct stores {
	const struct conf *conf;
	struct transfers *transfers; /* NULL: not needed yet, as the next */
	struct redis *redis;
};

struct stores *
stores_new(const struct conf *conf)
{
	struct stores *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->conf = conf;
	return s;
}

void
stores_free(struct stores *s)
{
	if (s == NULL)
		return;
	transfers_free(s->transfers);
	redis_free(s->redis);
	free(s);
}

const struct conf *
stores_conf(const struct stores *s)
{
	return s->conf;
}

bool
stores_own_buckets(const struct conf *conf)
{
	return strcmp(conf->s3_mode, "bucket") == 0;
}

bool
stores_have_s3(const struct conf *conf)
{
	return stores_own_buckets(conf) ? str_is_set(conf->s3_bucket_prefix)
					: str_is_set(conf->s3_bucket);
}

bool
stores_have_dir(const struct conf *conf)
{
	return str_is_set(conf->storage_dir);
}

bool
stores_have_redis(const struct conf *conf)
{
	return str_is_set(conf->redis_url);
}

static const char *
first_set(const char *a, const char *b)
{
	return str_is_set(a) ? a : b;
}

struct s3_place
stores_s3_place(const struct conf *conf, struct arena *mem)
{
	struct s3_place p = {
	    .endpoint = conf->s3_endpoint,
	    .region = first_set(conf->s3_region, conf->aws_region),
	    .key_id = first_set(conf->s3_access_key_id, conf->aws_access_key_id),
	    .secret =
		first_set(conf->s3_secret_access_key, conf->aws_secret_access_key),
	    .in_host = strcmp(conf->s3_addressing, "host") == 0,
	    .timeout_ms = conf->storage_timeout,
	};

	if (str_is_set(p.endpoint))
		return p;
	p.endpoint = arena_printf(mem, "https://s3.%s.amazonaws.com%s", p.region,
	    strncmp(p.region, "cn-", 3) == 0 ? ".cn" : "");
	/* A certificate covers one label before the region's. */
	p.in_host = strcmp(conf->s3_addressing, "path") != 0 &&
	    strchr(conf->s3_bucket, '.') == NULL;
	return p;
}

enum err
stores_check_features(struct ctx *cx, const struct conf *conf, bool s3, bool local)
{
	if (s3 && !stores_have_s3(conf))
		return err_tell(&cx->err, ERR_CONFLICT,
		    "S3 is not set up here: %s is not set",
		    stores_own_buckets(conf) ? "S3_BUCKET_PREFIX" : "S3_BUCKET");
	if (local && !stores_have_dir(conf))
		return err_tell(&cx->err, ERR_CONFLICT,
		    "local storage is not set up here: STORAGE_DIR is not set");
	return ERR_OK;
}

enum err
stores_s3(struct ctx *cx, struct stores *s, struct s3 *out)
{
	const enum err rc = stores_check_features(cx, s->conf, true, false);

	if (rc != ERR_OK)
		return rc;
	if (s->transfers == NULL) {
		const enum err fresh = transfers_new(cx, &s->transfers);

		if (fresh != ERR_OK)
			return fresh;
	}
	*out = (struct s3){stores_s3_place(s->conf, cx->mem), s->transfers};
	return ERR_OK;
}

enum err
stores_redis(struct ctx *cx, struct stores *s, struct redis **out)
{
	if (!stores_have_redis(s->conf))
		return err_tell(&cx->err, ERR_CONFLICT,
		    "Redis is not set up here: REDIS_URL is not set");
	if (s->redis == NULL)
		s->redis = redis_new(&(const struct redis_settings){
		    s->conf->redis_url, s->conf->redis_timeout});
	*out = s->redis;
	return ERR_OK;
}
