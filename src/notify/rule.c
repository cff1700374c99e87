/* rule.c - see rule.h. */
#include "notify/rule.h"

#include <string.h>

#include "base/id.h"
#include "base/str.h"
#include "json/json.h"

enum { DETAILS_MAX = 16 * 1024 };

static void
read_row(const struct db_rows *rows, int row, struct rule *out)
{
	*out = (struct rule){
	    .id = db_text(rows, row, 0),
	    .tenant_id = db_text(rows, row, 1),
	    .is = {.name = db_text(rows, row, 2),
		.condition = db_text(rows, row, 3),
		.threshold = (int)db_i64(rows, row, 4),
		.window_minutes = (int)db_i64(rows, row, 5),
		.emails = db_text(rows, row, 6),
		.webhook = db_bool(rows, row, 7),
		.enabled = db_bool(rows, row, 8)},
	    .last_raised_at = db_text(rows, row, 9),
	    .version = db_i64(rows, row, 10),
	    .created_by = db_text(rows, row, 11),
	    .created_at = db_text(rows, row, 12),
	    .updated_at = db_text(rows, row, 13),
	};
}

static enum err
take_one(struct ctx *cx, enum err rc, const struct db_rows *rows, struct rule *out)
{
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_NOT_FOUND, "there is no such alert rule");
	if (rc == ERR_OK)
		read_row(rows, 0, out);
	return rc;
}

static const char *
context_of(const struct rule_site *site)
{
	return site->tenant_id != NULL ? site->tenant_id : DB_MANAGEMENT;
}

enum err
rule_show(struct ctx *cx, struct db *db, const struct rule_site *site, const char *id,
    struct rule *out)
{
	struct db_rows *rows = NULL;
	enum err rc = db_read(cx, db, context_of(site),
	    DB_CALL(STMT_alert_rule_show, id, site->tenant_id), &rows);

	return take_one(cx, rc, rows, out);
}

enum err
rule_hold(struct ctx *cx, struct db *db, const struct rule_site *site, const char *id,
    struct rule *out)
{
	struct db_rows *rows = NULL;
	enum err rc =
	    db_query(cx, db, STMT_alert_rule_hold, DB_ARGS(id, site->tenant_id), &rows);

	return take_one(cx, rc, rows, out);
}

enum err
rules_list(
    struct ctx *cx, struct db *db, const struct rule_site *site, struct rule_page *page)
{
	char limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, context_of(site),
	    DB_CALL(STMT_alert_rule_list, site->tenant_id, page->after,
		str_from_i64(limit, page->limit)),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	page->count = db_row_count(rows);
	page->rules =
	    arena_alloc(cx->mem, ((size_t)page->count + 1) * sizeof(*page->rules));
	for (int i = 0; i < page->count; i++)
		read_row(rows, i, &page->rules[i]);
	return ERR_OK;
}

/* -- changes -- */

static const char *
details_of(struct ctx *cx, const struct rule *r)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "ruleId", r->id);
	json_member_text(&o, "tenantId", r->tenant_id);
	json_member_text(&o, "name", r->is.name);
	json_member_text(&o, "condition", r->is.condition);
	json_member_i64(&o, "threshold", r->is.threshold);
	json_member_i64(&o, "windowMinutes", r->is.window_minutes);
	json_member_raw(&o, "emails", r->is.emails);
	json_member_bool(&o, "webhook", r->is.webhook);
	json_member_bool(&o, "enabled", r->is.enabled);
	json_member_i64(&o, "version", r->version);
	json_close_object(&o);
	return buf_text(&b);
}

static enum err
write_down(struct ctx *cx, struct db *db, const struct rule_site *site,
    const struct rule *r, const char *event)
{
	return audit_append(cx, site->audit, db,
	    &(struct audit_entry){.event = event,
		.severity = AUDIT_MEDIUM,
		.actor = cx->actor,
		.tenant_id = site->tenant_id,
		.address = site->address,
		.details = details_of(cx, r)});
}

static const char *
word(bool v)
{
	return v ? "true" : "false";
}

/* A tenant has nobody written to who is not one of its own. */
static enum err
check_addresses(struct ctx *cx, struct db *db, const struct rule_site *site,
    const struct rule_draft *d)
{
	struct db_rows *rows;
	enum err rc;

	if (site->tenant_id == NULL || strcmp(d->emails, "[]") == 0)
		return ERR_OK;
	rc = db_query(cx, db, STMT_alert_rule_strangers,
	    DB_ARGS(site->tenant_id, d->emails), &rows);
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	for (int i = 0; i < db_row_count(rows); i++)
		ctx_fault(cx,
		    arena_printf(cx->mem, "/channels/email/%s", db_text(rows, i, 0)),
		    "enum", "is neither the tenant's address nor that of a member");
	return err_tell(&cx->err, ERR_INVALID, "the alert rule cannot be made so");
}

static enum err
insert(struct ctx *cx, struct db *db, const struct rule_site *site,
    const struct rule_draft *d, struct rule *out)
{
	char threshold[STR_I64_SIZE], window[STR_I64_SIZE], most[STR_I64_SIZE];
	char id[UUID_TEXT_SIZE];
	struct db_rows *rows = NULL;
	enum err rc = db_queue(cx, db, STMT_alert_rule_turn, DB_ARGS(site->tenant_id));

	uuid_text(id, uuid_random());
	if (rc == ERR_OK)
		rc = db_queue_rows(cx, db, STMT_alert_rule_create,
		    DB_ARGS(id, site->tenant_id, d->name, d->condition,
			str_from_i64(threshold, d->threshold),
			str_from_i64(window, d->window_minutes), d->emails,
			word(d->webhook), word(d->enabled), cx->actor,
			str_from_i64(most, RULES_MOST)),
		    &rows);
	if (rc == ERR_OK)
		rc = rule_hold(cx, db, site, id, out);
	if (rc == ERR_NOT_FOUND && rows != NULL && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "there are %d alert rules already, as many as there may be",
		    RULES_MOST);
	return rc;
}

enum err
rule_create(struct ctx *cx, struct db *db, const struct rule_site *site,
    const struct rule_draft *draft, struct rule *out)
{
	enum err rc = check_addresses(cx, db, site, draft);

	if (rc == ERR_OK)
		rc = insert(cx, db, site, draft, out);
	return rc == ERR_OK ? write_down(cx, db, site, out, "ALERT_RULE_CREATED") : rc;
}

enum err
rule_update(struct ctx *cx, struct db *db, const struct rule_site *site,
    const struct rule_draft *d, struct rule *now)
{
	char threshold[STR_I64_SIZE], window[STR_I64_SIZE];
	enum err rc =
	    d->emails != now->is.emails ? check_addresses(cx, db, site, d) : ERR_OK;

	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_alert_rule_update,
		    DB_ARGS(now->id, d->name, d->condition,
			str_from_i64(threshold, d->threshold),
			str_from_i64(window, d->window_minutes), d->emails,
			word(d->webhook), word(d->enabled)));
	if (rc == ERR_OK)
		rc = rule_hold(cx, db, site, now->id, now);
	return rc == ERR_OK ? write_down(cx, db, site, now, "ALERT_RULE_UPDATED") : rc;
}

enum err
rule_delete(
    struct ctx *cx, struct db *db, const struct rule_site *site, const struct rule *now)
{
	enum err rc = db_queue(cx, db, STMT_alert_rule_delete, DB_ARGS(now->id));

	return rc == ERR_OK ? write_down(cx, db, site, now, "ALERT_RULE_DELETED") : rc;
}
