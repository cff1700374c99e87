/* publish.c - see publish.h. */
#include "flows/publish.h"

#include "base/str.h"
#include "events/sequence.h"
#include "identity/identity.h"
#include "notify/notify.h"
#include "webhook/webhook.h"

struct step {
	const struct conf *conf;
	int most;
	struct event_batch batch;
	bool busy, more;
};

static enum err
fan_out(struct ctx *cx, struct db *db, struct step *s)
{
	enum err rc = identity_fan_out(cx, db, s->conf, &s->batch);

	if (rc == ERR_OK)
		rc = webhook_fan_out(cx, db, &s->batch);
	return rc == ERR_OK ? notify_fan_out(cx, db, s->conf, &s->batch, &s->more) : rc;
}

static enum err
step(struct ctx *cx, struct db *db, void *arg)
{
	struct step *s = arg;
	enum err rc;

	s->more = false;
	rc = events_number(cx, db, s->most, &s->batch, &s->busy);

	if (rc != ERR_OK || s->batch.last < s->batch.first)
		return rc;
	return fan_out(cx, db, s);
}

enum err
publish_step(struct ctx *cx, struct db *db, const struct conf *conf, int most,
    struct publish_result *out)
{
	struct step s = {.conf = conf, .most = most, .batch = {1, 0}};
	enum err rc = db_transaction(cx, db, DB_MANAGEMENT, step, &s);

	*out = (struct publish_result){.busy = s.busy, .more = s.more};
	if (rc == ERR_OK && s.batch.last >= s.batch.first) {
		out->events = (int)(s.batch.last - s.batch.first + 1);
		out->newest = s.batch.last;
	}
	return rc;
}

static enum err
notify(struct ctx *cx, struct db *db, void *arg)
{
	char text[STR_I64_SIZE];

	return db_queue(cx, db, STMT_publish_notify,
	    DB_ARGS(PUBLISH_CHANNEL, str_from_i64(text, *(const int64_t *)arg)));
}

enum err
publish_notify(struct ctx *cx, struct db *db, int64_t newest)
{
	return db_transaction(cx, db, DB_MANAGEMENT, notify, &newest);
}
