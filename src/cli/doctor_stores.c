/* doctor_stores.c - what the doctor finds where tenants' storage and cache are. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "outside/keyspace.h"

/* A name that no tenant's is. */
#define NOBODY "tenantd-doctor"

/* With a bucket for each tenant there is none to look at: that S3 says so is enough. */
static void
check_s3(struct doctor *d, struct stores *stores)
{
	const bool own = stores_own_buckets(d->conf);
	struct s3_list l = {.bucket = d->conf->s3_bucket, .prefix = "", .most = 1};
	struct s3 s3;
	enum err rc = stores_s3(d->cx, stores, &s3);

	d->check = "s3";
	if (own)
		l.bucket =
		    arena_printf(d->cx->mem, "%s" NOBODY, d->conf->s3_bucket_prefix);
	if (rc == ERR_OK)
		rc = s3_list(d->cx, &s3, &l);
	if (rc == ERR_OK && l.answer.status != 200 && (!own || l.answer.status != 404))
		rc = s3_refuse(d->cx, &l.answer, "the bucket cannot be listed");
	if (rc != ERR_OK)
		doctor_find_error(d,
		    "until then no tenant with the storage s3 is made; see "
		    "S3_ENDPOINT, "
		    "S3_REGION and the access key in tenantd.conf(5)");
	else if (own)
		doctor_find(d, DOCTOR_OK, NULL,
		    "S3 answers at \"%s\"; each tenant gets a bucket of its own",
		    s3.place.endpoint);
	else
		doctor_find(d, DOCTOR_OK, NULL, "S3 shows the bucket \"%s\"", l.bucket);
}

static void
check_redis(struct doctor *d, struct stores *stores)
{
	const struct keyspace nobody = {NOBODY, "", NOBODY};
	struct keyspace_look found;

	d->check = "redis";
	if (keyspace_look(d->cx, stores, &nobody, NULL, &found) != ERR_OK) {
		doctor_find_error(d,
		    "until then no tenant is made; the user of REDIS_URL needs +acl "
		    "+client +config|get +info +scan +select +unlink +ping ~* &*");
		return;
	}
	doctor_find(d, DOCTOR_OK, NULL, "Redis answers, and lets users be made");
	if (!found.kept)
		doctor_find(d, DOCTOR_WARNING,
		    "set aclfile in redis.conf: without it each tenant's user comes "
		    "back only when its health is looked at",
		    "Redis forgets the users of tenants when it restarts");
}

static void
check_dir(struct doctor *d)
{
	const char *path = d->conf->storage_dir;

	d->check = "storage";
	if (access(path, R_OK | W_OK | X_OK) == 0)
		doctor_find(d, DOCTOR_OK, NULL, "\"%s\" may be written to", path);
	else
		doctor_find(d, DOCTOR_BROKEN,
		    "make the directory, and make it the server's user's",
		    "this user cannot use \"%s\": %s", path, strerror(errno));
}

void
doctor_check_stores(struct doctor *d)
{
	struct stores *stores = stores_new(d->conf);

	if (stores == NULL)
		return;
	if (stores_have_s3(d->conf))
		check_s3(d, stores);
	if (stores_have_redis(d->conf))
		check_redis(d, stores);
	if (stores_have_dir(d->conf))
		check_dir(d);
	stores_free(stores);
}
