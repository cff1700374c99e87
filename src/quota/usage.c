/* usage.c - see usage.h. */
#include "quota/usage.h"

#include "base/buf.h"
#include "base/str.h"
#include "json/json.h"

enum { TEXT_MAX = 8 * 1024 };

enum err
usage_add(struct ctx *cx, struct db *db, const char *tenant_id,
    enum quota_metric metric, int64_t more)
{
	const struct quota_metric_row *m = &quota_metrics[metric];
	char count[STR_I64_SIZE];

	return db_queue(cx, db, STMT_usage_add_one,
	    DB_ARGS(tenant_id, str_from_i64(count, more), m->name,
		quota_kind_name(m->kind), quota_plans_text(metric)));
}

enum err
usage_measure(struct ctx *cx, struct db *db, const char *tenant_id,
    enum quota_metric metric, int64_t value)
{
	char text[STR_I64_SIZE];

	return db_queue(cx, db, STMT_usage_measure,
	    DB_ARGS(tenant_id, quota_metrics[metric].name, str_from_i64(text, value),
		quota_plans_text(metric)));
}

/* The levels, and the plans of each. */
static const char *
levels(struct ctx *cx)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, TEXT_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	for (int i = 0; i < QUOTA_COUNT; i++)
		if (quota_metrics[i].kind == QUOTA_LEVEL)
			json_member_raw(&o, quota_metrics[i].name,
			    quota_plans_text((enum quota_metric)i));
	json_close_object(&o);
	return buf_text(&b);
}

struct rolling {
	const char *most;
	int64_t done;
};

static enum err
roll(struct ctx *cx, struct db *db, void *arg)
{
	struct rolling *r = arg;
	struct db_rows *rows;
	enum err rc =
	    db_query(cx, db, STMT_usage_roll_up, DB_ARGS(r->most, levels(cx)), &rows);

	if (rc == ERR_OK)
		r->done = db_i64(rows, 0, 0);
	return rc;
}

enum err
usage_roll_up(struct ctx *cx, struct db *db, int most, bool *more)
{
	char text[STR_I64_SIZE];
	struct rolling r = {.most = str_from_i64(text, most)};
	enum err rc = db_transaction(cx, db, DB_MANAGEMENT, roll, &r);

	*more = rc == ERR_OK && r.done >= 0;
	return rc;
}

enum err
usage_begin(struct ctx *cx, struct db *db, const char *tenant_id)
{
	return db_queue(cx, db, STMT_usage_begin, DB_ARGS(tenant_id, levels(cx)));
}

enum err
usage_forget(struct ctx *cx, struct db *db, const char *tenant_id)
{
	enum err rc = db_queue(cx, db, STMT_usage_forget, DB_ARGS(tenant_id));

	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_usage_daily_forget, DB_ARGS(tenant_id));
	return rc == ERR_OK ? db_queue(cx, db, STMT_quota_forget, DB_ARGS(tenant_id))
			    : rc;
}

enum err
usage_read(struct ctx *cx, struct db *db, struct usage_series *s)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, db, s->tenant_id,
	    DB_CALL(STMT_usage_daily_list, s->tenant_id, s->metric, s->from, s->to),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	s->count = db_row_count(rows);
	s->days = arena_alloc(cx->mem, ((size_t)s->count + 1) * sizeof(*s->days));
	for (int i = 0; i < s->count; i++)
		s->days[i] = (struct usage_day){.metric = db_text(rows, i, 0),
		    .day = db_text(rows, i, 1),
		    .value = db_i64(rows, i, 2)};
	return ERR_OK;
}
