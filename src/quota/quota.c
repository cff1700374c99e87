/* quota.c - see quota.h. */
#include "quota/quota.h"

#include "base/buf.h"
#include "base/str.h"
#include "json/json.h"

enum { METRICS_MAX = 8 * 1024 };

static enum err
refuse(struct ctx *cx, enum quota_metric metric, const struct db_rows *rows)
{
	const struct quota_metric_row *m = &quota_metrics[metric];

	return err_tell(&cx->err, ERR_QUOTA,
	    "the quota of %s is used up: %lld of %lld %s; remove some, or have the "
	    "platform's operators raise the limit",
	    m->name, (long long)db_i64(rows, 0, 1), (long long)db_i64(rows, 0, 2),
	    m->unit);
}

enum err
quota_reserve(struct ctx *cx, struct db *db, const char *tenant_id,
    enum quota_metric metric, int64_t more)
{
	const struct quota_metric_row *m = &quota_metrics[metric];
	char count[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_quota_reserve,
	    DB_ARGS(tenant_id, m->name, quota_kind_name(m->kind),
		str_from_i64(count, more), quota_plans_text(metric)),
	    &rows);

	return rc == ERR_OK ? quota_reserved(cx, metric, rows) : rc;
}

enum err
quota_reserve_one(struct ctx *cx, struct db *db, const char *tenant_id,
    enum quota_metric metric, struct db_rows **rows)
{
	const struct quota_metric_row *m = &quota_metrics[metric];

	return db_queue_rows(cx, db, STMT_quota_reserve,
	    DB_ARGS(tenant_id, m->name, quota_kind_name(m->kind), "1",
		quota_plans_text(metric)),
	    rows);
}

enum err
quota_reserved(struct ctx *cx, enum quota_metric metric, const struct db_rows *rows)
{
	return db_bool(rows, 0, 0) ? ERR_OK : refuse(cx, metric, rows);
}

/* -- limits and usage -- */

/* What the statement is to read: metric, kind and plans of each. */
static const char *
wanted(struct ctx *cx, bool rates)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, METRICS_MAX);
	json_out_init(&o, &b);
	json_open_array(&o);
	for (int i = 0; i < QUOTA_COUNT; i++) {
		if ((quota_metrics[i].kind == QUOTA_RATE) != rates)
			continue;
		json_open_object(&o);
		json_member_i64(&o, "place", i);
		json_member_text(&o, "metric", quota_metrics[i].name);
		json_member_text(&o, "kind", quota_kind_name(quota_metrics[i].kind));
		json_member_raw(&o, "plans", quota_plans_text((enum quota_metric)i));
		json_close_object(&o);
	}
	json_close_array(&o);
	return buf_text(&b);
}

static int64_t
bound(const struct db_rows *rows, int row, int column)
{
	return db_text(rows, row, column) != NULL ? db_i64(rows, row, column)
						  : QUOTA_NONE;
}

static struct quota
read_row(const struct db_rows *rows, int row)
{
	return (struct quota){
	    .metric = (enum quota_metric)db_i64(rows, row, 0),
	    .limit = {.soft = bound(rows, row, 1),
		.hard = bound(rows, row, 2),
		.thresholds = db_text(rows, row, 3)},
	    .own = db_bool(rows, row, 4),
	    .used = db_i64(rows, row, 5),
	    .period = db_text(rows, row, 6),
	    .updated_at = db_text(rows, row, 7),
	    .updated_by = db_text(rows, row, 8),
	};
}

static enum err
take_sheet(struct ctx *cx, const struct db_rows *rows, const char *tenant_id,
    struct quota_sheet *out)
{
	if (db_row_count(rows) == 0)
		return err_tell(&cx->err, ERR_NOT_FOUND, "there is no such tenant");
	*out = (struct quota_sheet){.tenant_id = tenant_id,
	    .version = db_i64(rows, 0, 9),
	    .plan = db_text(rows, 0, 10),
	    .count = db_row_count(rows)};
	out->rows = arena_alloc(cx->mem, (size_t)out->count * sizeof(*out->rows));
	for (int i = 0; i < out->count; i++)
		out->rows[i] = read_row(rows, i);
	return ERR_OK;
}

enum err
quota_sheet_read(struct ctx *cx, struct db *db, const char *tenant_id, bool rates,
    struct quota_sheet *out)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, db, tenant_id,
	    DB_CALL(STMT_quota_list, tenant_id, wanted(cx, rates)), &rows);

	return rc == ERR_OK ? take_sheet(cx, rows, tenant_id, out) : rc;
}

enum err
quota_sheet_hold(struct ctx *cx, struct db *db, const char *tenant_id, bool rates,
    struct quota_sheet *out)
{
	struct db_rows *rows;
	enum err rc = db_queue(cx, db, STMT_quota_turn, DB_ARGS(tenant_id));

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_quota_list,
		    DB_ARGS(tenant_id, wanted(cx, rates)), &rows);
	return rc == ERR_OK ? take_sheet(cx, rows, tenant_id, out) : rc;
}

static const char *
bound_text(char text[static STR_I64_SIZE], int64_t v)
{
	return v != QUOTA_NONE ? str_from_i64(text, v) : NULL;
}

enum err
quota_set(struct ctx *cx, struct db *db, const char *tenant_id,
    enum quota_metric metric, const struct quota_limit *limit)
{
	const char *name = quota_metrics[metric].name;
	char soft[STR_I64_SIZE], hard[STR_I64_SIZE];

	if (limit == NULL)
		return db_queue(
		    cx, db, STMT_quota_reset, DB_ARGS(tenant_id, name, cx->actor));
	return db_queue(cx, db, STMT_quota_set,
	    DB_ARGS(tenant_id, name, bound_text(soft, limit->soft),
		bound_text(hard, limit->hard), limit->thresholds, cx->actor));
}
