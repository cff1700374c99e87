/* mail_limit.c - see mail_limit.h. */
#include "people/mail_limit.h"

#include <string.h>

#include "base/str.h"
#include "crypto/digest.h"
#include "people/throttle.h"

/* An address that no text could be made of is counted as it stands. client "": of
 * all. */
static void
bucket_of(struct ctx *cx, const struct mail_limit *l, const char *client,
    char out[static DIGEST_HEX_SIZE])
{
	const char *folded = utf8_fold(cx->mem, l->email);
	const char *text = arena_printf(cx->mem, "%s|%s|%s", l->purpose,
	    folded != NULL ? folded : l->email, client);

	digest_hex(out, digest_sha256(text, strlen(text)));
}

static enum err
take(struct ctx *cx, struct db *db, const char *bucket, int64_t most, bool *allowed)
{
	char count[STR_I64_SIZE], seconds[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_mail_limit_take,
	    DB_ARGS(
		bucket, str_from_i64(count, most), str_from_i64(seconds, MAIL_LIMIT_S)),
	    &rows);

	*allowed = rc == ERR_OK && db_row_count(rows) > 0;
	return rc;
}

enum err
mail_limit_take(
    struct ctx *cx, struct db *db, const struct mail_limit *l, bool *allowed)
{
	char bucket[DIGEST_HEX_SIZE];
	enum err rc;

	bucket_of(cx, l, throttle_network(cx, l->client), bucket);
	rc = take(cx, db, bucket, MAIL_LIMIT_CLIENT, allowed);
	if (rc != ERR_OK || !*allowed)
		return rc;
	bucket_of(cx, l, "", bucket);
	return take(cx, db, bucket, MAIL_LIMIT_ADDRESS, allowed);
}

enum err
mail_limit_take_only(
    struct ctx *cx, struct db *db, const struct mail_limit *l, bool *allowed)
{
	char bucket[DIGEST_HEX_SIZE];

	bucket_of(cx, l, "", bucket);
	return take(cx, db, bucket, 1, allowed);
}

/* -- whoever they are to -- */

struct entrance {
	const char *client;
	bool allowed;
};

static enum err
enter(struct ctx *cx, struct db *db, void *arg)
{
	struct entrance *e = arg;
	const struct mail_limit any = {"any", "", NULL};
	char bucket[DIGEST_HEX_SIZE];

	bucket_of(cx, &any, throttle_network(cx, e->client), bucket);
	return take(cx, db, bucket, MAIL_LIMIT_NETWORK, &e->allowed);
}

enum err
mail_limit_enter(struct ctx *cx, struct db *db, const char *client)
{
	struct entrance e = {.client = client};
	enum err rc = db_transaction(cx, db, DB_MANAGEMENT, enter, &e);

	if (rc != ERR_OK || e.allowed)
		return rc;
	rc = err_tell(&cx->err, ERR_RATE_LIMITED,
	    "your network asked for %d mails within the last hour, which is as many as "
	    "it may: try again later",
	    MAIL_LIMIT_NETWORK);
	cx->err.retry_after = MAIL_LIMIT_S;
	return rc;
}
