/* reseal.c - secrets of webhooks after SECRET_KEY was changed; see webhook.h. */
#include <string.h>

#include "base/str.h"
#include "webhook/webhook.h"
#include "json/json.h"

enum { BATCH = 100 }; /* webhooks that one transaction holds */

struct resealing {
	const struct seal_keys *keys;
	int webhooks, secrets;
};

static enum err
reseal_one(struct ctx *cx, struct db *db, struct resealing *r,
    const struct webhook_name *of, const char *sealed)
{
	const char *fresh;
	enum err rc;

	if (seal_is_current(r->keys, sealed))
		return ERR_OK;
	rc = webhook_secret_reseal(cx, r->keys, of, sealed, &fresh);
	if (rc != ERR_OK) {
		err_note(&cx->err, "webhook %s", of->id);
		return rc;
	}
	r->secrets++;
	return db_queue(cx, db, STMT_webhook_reseal, DB_ARGS(of->id, sealed, fresh));
}

static enum err
reseal_batch(struct ctx *cx, struct db *db, void *arg)
{
	struct resealing *r = arg;
	char most[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_webhook_stale_hold,
	    DB_ARGS(seal_keys_id(r->keys), str_from_i64(most, BATCH)), &rows);

	r->secrets = 0;
	r->webhooks = rc == ERR_OK ? db_row_count(rows) : 0;
	for (int i = 0; rc == ERR_OK && i < r->webhooks; i++) {
		const struct webhook_name of = {
		    db_text(rows, i, 0), db_text(rows, i, 1), db_text(rows, i, 2)};
		const char *text = db_text(rows, i, 3);
		const struct json *list;

		rc = json_parse(cx, text, strlen(text), 0, &list);
		for (size_t k = 0; rc == ERR_OK && k < json_count(list); k++)
			rc = reseal_one(cx, db, r, &of, json_text(json_item(list, k)));
	}
	return rc;
}

enum err
webhooks_reseal(struct ctx *cx, struct db *db, const struct seal_keys *keys, int *count)
{
	struct resealing r = {.keys = keys};
	enum err rc;

	*count = 0;
	do {
		rc = db_transaction(cx, db, DB_MANAGEMENT, reseal_batch, &r);
		if (rc == ERR_OK)
			*count += r.secrets;
	} while (rc == ERR_OK && r.webhooks == BATCH);
	return rc;
}
