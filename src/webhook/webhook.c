/* webhook.c - see webhook.h. */
#include "webhook/webhook.h"

#include "base/id.h"
#include "base/str.h"
#include "quota/quota.h"
#include "webhook/tell.h"

static void
read_row(const struct db_rows *rows, int row, struct webhook *out)
{
	*out = (struct webhook){
	    .id = db_text(rows, row, 0),
	    .tenant_id = db_text(rows, row, 1),
	    .partner_id = db_text(rows, row, 2),
	    .url = db_text(rows, row, 3),
	    .description = db_text(rows, row, 4),
	    .kinds = db_text(rows, row, 5),
	    .concurrency = (int)db_i64(rows, row, 6),
	    .enabled = db_bool(rows, row, 7),
	    .disabled_reason = db_text(rows, row, 8),
	    .disabled_at = db_text(rows, row, 9),
	    .version = db_i64(rows, row, 10),
	    .created_by = db_text(rows, row, 11),
	    .created_at = db_text(rows, row, 12),
	    .updated_at = db_text(rows, row, 13),
	    .secrets = db_text(rows, row, 14),
	};
}

static const char *
context_of(const struct webhook_site *site)
{
	return site->tenant_id != NULL ? site->tenant_id : DB_MANAGEMENT;
}

static enum err
not_there(struct ctx *cx)
{
	return err_tell(&cx->err, ERR_NOT_FOUND, "there is no such webhook");
}

enum err
webhook_show(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const char *id, struct webhook *out)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, db, context_of(site),
	    DB_CALL(STMT_webhook_show, id, site->tenant_id, site->partner_id), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = not_there(cx);
	if (rc == ERR_OK)
		read_row(rows, 0, out);
	return rc;
}

enum err
webhook_hold(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const char *id, struct webhook *out)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_webhook_hold,
	    DB_ARGS(id, site->tenant_id, site->partner_id), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = not_there(cx);
	if (rc == ERR_OK)
		read_row(rows, 0, out);
	return rc;
}

enum err
webhooks_list(struct ctx *cx, struct db *db, const struct webhook_site *site,
    struct webhook_page *page)
{
	char limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, context_of(site),
	    DB_CALL(STMT_webhook_list, site->tenant_id, site->partner_id, page->after,
		str_from_i64(limit, page->limit)),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	page->count = db_row_count(rows);
	page->list =
	    arena_alloc(cx->mem, ((size_t)page->count + 1) * sizeof(*page->list));
	for (int i = 0; i < page->count; i++)
		read_row(rows, i, &page->list[i]);
	return ERR_OK;
}

enum err
webhook_get_health(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const char *id, struct webhook_health *out)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, db, context_of(site),
	    DB_CALL(STMT_webhook_health, id, site->tenant_id, site->partner_id), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = not_there(cx);
	if (rc == ERR_OK)
		*out = (struct webhook_health){
		    .enabled = db_bool(rows, 0, 0),
		    .failures = db_i64(rows, 0, 1),
		    .failing_since = db_text(rows, 0, 2),
		    .last_attempt_at = db_text(rows, 0, 3),
		    .last_success_at = db_text(rows, 0, 4),
		};
	return rc;
}

/* -- changes -- */

static enum err
insert(struct ctx *cx, struct db *db, const struct webhook_name *of,
    const struct webhook_draft *d, const char *sealed)
{
	const int bound = of->tenant_id != NULL ? INT32_MAX : WEBHOOKS_MOST;
	char concurrency[STR_I64_SIZE], most[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = of->tenant_id != NULL
	    ? quota_reserve(cx, db, of->tenant_id, QUOTA_WEBHOOKS, 1)
	    : db_queue(cx, db, STMT_webhook_turn, DB_ARGS(NULL, of->partner_id));

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_webhook_create,
		    DB_ARGS(of->id, of->tenant_id, of->partner_id, d->url,
			d->description, d->kinds, sealed,
			str_from_i64(concurrency, d->concurrency),
			d->enabled ? "true" : "false", cx->actor,
			str_from_i64(most, bound)),
		    &rows);
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "there are %d webhooks already, as many as there may be",
		    WEBHOOKS_MOST);
	return rc;
}

enum err
webhook_create(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const struct webhook_draft *d, struct webhook *out)
{
	struct webhook_name of = {
	    .tenant_id = site->tenant_id, .partner_id = site->partner_id};
	struct webhook_secret secret;
	char id[UUID_TEXT_SIZE];
	enum err rc = webhook_check_draft(cx, site, d);

	uuid_text(id, uuid_random());
	of.id = id;
	if (rc == ERR_OK)
		rc = webhook_secret_new(cx, site->keys, &of, &secret);
	if (rc == ERR_OK)
		rc = insert(cx, db, &of, d, secret.sealed);
	if (rc == ERR_OK)
		rc = webhook_hold(cx, db, site, id, out);
	if (rc != ERR_OK)
		return rc;
	out->secret = secret.shown;
	return webhook_tell(cx, db, site, out, WEBHOOK_CHANGE_CREATED);
}

enum err
webhook_update(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const struct webhook_draft *d, struct webhook *now)
{
	char concurrency[STR_I64_SIZE];
	enum err rc = webhook_check_draft(cx, site, d);

	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_webhook_update,
		    DB_ARGS(now->id, d->url, d->description, d->kinds,
			str_from_i64(concurrency, d->concurrency),
			d->enabled ? "true" : "false"));
	if (rc == ERR_OK)
		rc = webhook_hold(cx, db, site, now->id, now);
	return rc == ERR_OK ? webhook_tell(cx, db, site, now, WEBHOOK_CHANGE_UPDATED)
			    : rc;
}

enum err
webhook_delete(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const struct webhook *now)
{
	enum err rc = db_queue(cx, db, STMT_webhook_delete, DB_ARGS(now->id));

	return rc == ERR_OK ? webhook_tell(cx, db, site, now, WEBHOOK_CHANGE_DELETED)
			    : rc;
}

enum err
webhook_rotate(struct ctx *cx, struct db *db, const struct webhook_site *site,
    int keep_hours, struct webhook *now)
{
	const struct webhook_name of = {now->id, now->tenant_id, now->partner_id};
	char hours[STR_I64_SIZE], others[STR_I64_SIZE];
	struct webhook_secret secret;
	enum err rc = webhook_secret_new(cx, site->keys, &of, &secret);

	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_webhook_rotate,
		    DB_ARGS(now->id, secret.sealed, str_from_i64(hours, keep_hours),
			str_from_i64(others, WEBHOOK_SECRETS_MOST - 1)));
	if (rc == ERR_OK)
		rc = webhook_hold(cx, db, site, now->id, now);
	if (rc != ERR_OK)
		return rc;
	now->secret = secret.shown;
	return webhook_tell(cx, db, site, now, WEBHOOK_CHANGE_ROTATED);
}

enum err
webhook_test(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const struct webhook *now)
{
	return webhook_tell(cx, db, site, now, WEBHOOK_CHANGE_TESTED);
}
