/* check_stores.c - see check.h: where tenants' storage and cache are. */
#include <string.h>

#include "base/str.h"
#include "conf/check.h"

enum { BUCKET_LEAST = 3, BUCKET_MOST = 63 };

/* Amazon's "General purpose bucket naming rules", as far as all servers have them. */
static bool
is_bucket(const char *name)
{
	const size_t n = strlen(name);

	return n >= BUCKET_LEAST && n <= BUCKET_MOST && name[0] != '-' &&
	    name[0] != '.' && name[n - 1] != '-' && name[n - 1] != '.' &&
	    strstr(name, "..") == NULL &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == n;
}

static bool
is_bucket_prefix(const char *text)
{
	const size_t n = strlen(text);

	return text[0] != '-' &&
	    strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static bool
is_endpoint(const char *url)
{
	const char *host = strstr(url, "://");

	return host != NULL && strpbrk(host + 3, "/?#@") == NULL;
}

static void
check_bucket(struct ctx *cx, const struct conf *c)
{
	const bool own = strcmp(c->s3_mode, "bucket") == 0;

	if (own && !str_is_set(c->s3_bucket_prefix))
		conf_miss(cx, "S3_BUCKET_PREFIX", ", but S3_MODE is bucket");
	if (own && str_is_set(c->s3_bucket))
		ctx_fault(cx, "S3_BUCKET", "conflict",
		    "S3_BUCKET: is set, but S3_MODE is bucket: each tenant has its "
		    "own");
	if (str_is_set(c->s3_bucket) && !is_bucket(c->s3_bucket))
		ctx_fault(cx, "S3_BUCKET", "pattern",
		    "S3_BUCKET: \"%s\" is no name of a bucket", c->s3_bucket);
	if (!is_bucket_prefix(c->s3_bucket_prefix))
		ctx_fault(cx, "S3_BUCKET_PREFIX", "pattern",
		    "S3_BUCKET_PREFIX: \"%s\" is no beginning of a bucket's name",
		    c->s3_bucket_prefix);
	if (strcmp(c->s3_addressing, "host") == 0 && strchr(c->s3_bucket, '.') != NULL)
		ctx_fault(cx, "S3_ADDRESSING", "conflict",
		    "S3_ADDRESSING: is host, but S3_BUCKET has a dot, which no "
		    "certificate covers");
}

static void
check_s3(struct ctx *cx, const struct conf *c)
{
	static const char because[] = ", but there is S3 storage";
	const bool used = str_is_set(c->s3_bucket) || strcmp(c->s3_mode, "bucket") == 0;

	check_bucket(cx, c);
	if (str_is_set(c->s3_endpoint) && !is_endpoint(c->s3_endpoint))
		ctx_fault(cx, "S3_ENDPOINT", "pattern",
		    "S3_ENDPOINT: has more than scheme, host and port");
	if (used && !str_is_set(c->s3_region) && !str_is_set(c->aws_region))
		conf_miss(cx, "S3_REGION", because);
	if (str_is_set(c->s3_access_key_id) && !str_is_set(c->s3_secret_access_key))
		conf_miss(cx, "S3_SECRET_ACCESS_KEY", ", but S3_ACCESS_KEY_ID is");
	if (str_is_set(c->s3_secret_access_key) && !str_is_set(c->s3_access_key_id))
		conf_miss(cx, "S3_ACCESS_KEY_ID", ", but S3_SECRET_ACCESS_KEY is");
	if (used && !str_is_set(c->s3_access_key_id) &&
	    !str_is_set(c->aws_access_key_id) && !str_is_set(c->s3_secret_access_key))
		conf_miss(cx, "S3_ACCESS_KEY_ID", because);
}

void
conf_check_stores(struct ctx *cx, const struct conf *c)
{
	check_s3(cx, c);
	if (str_is_set(c->storage_dir) && c->storage_dir[0] != '/')
		ctx_fault(cx, "STORAGE_DIR", "pattern",
		    "STORAGE_DIR: \"%s\" does not begin with /", c->storage_dir);
	if (c->redis_prefix[strspn(c->redis_prefix,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:_."
		"-")] != '\0')
		ctx_fault(cx, "REDIS_PREFIX", "pattern",
		    "REDIS_PREFIX: \"%s\" has more than letters, digits and :_.-",
		    c->redis_prefix);
}
