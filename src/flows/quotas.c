/* quotas.c - see quotas.h. */
#include "flows/quotas.h"

#include <string.h>

#include "base/buf.h"
#include "events/event.h"

enum { TEXT_MAX = 4 * 1024 };

static const char *
name_of(const struct quota *q)
{
	return quota_metrics[q->metric].name;
}

static int64_t
bound_or(const struct json *of, const char *name, int64_t now)
{
	const struct json *v = json_get(of, name);

	if (!json_has(of, name))
		return now;
	return v != NULL ? json_int(v) : QUOTA_NONE;
}

/* What is wanted of a metric, over what is in force. */
static enum err
read_limit(struct ctx *cx, const struct json *wanted, const struct quota *now,
    struct quota_limit *out)
{
	*out = now->limit;
	out->soft = bound_or(wanted, "soft", out->soft);
	out->hard = bound_or(wanted, "hard", out->hard);
	if (json_has(wanted, "thresholds"))
		out->thresholds = json_print(cx->mem, json_get(wanted, "thresholds"));
	if (out->hard == QUOTA_NONE || out->soft <= out->hard)
		return ERR_OK;
	ctx_fault(cx, arena_printf(cx->mem, "/%s/soft", name_of(now)), "maximum",
	    "must not be above the hard limit");
	return err_tell(&cx->err, ERR_INVALID,
	    "the soft limit of %s would be %lld, the hard one %lld", name_of(now),
	    (long long)out->soft, (long long)out->hard);
}

static enum err
set(struct ctx *cx, struct db *db, const struct quotas_change *c,
    const struct quota_sheet *sheet)
{
	for (int i = 0; i < sheet->count; i++) {
		const struct quota *q = &sheet->rows[i];
		const struct json *wanted = json_get(c->wanted, name_of(q));
		struct quota_limit limit;
		enum err rc = ERR_OK;

		if (!json_has(c->wanted, name_of(q)))
			continue;
		if (wanted != NULL)
			rc = read_limit(cx, wanted, q, &limit);
		if (rc == ERR_OK)
			rc = quota_set(cx, db, sheet->tenant_id, q->metric,
			    wanted != NULL ? &limit : NULL);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

/* -- told -- */

static void
put_bound(struct json_out *o, const char *name, int64_t v)
{
	json_name(o, name);
	if (v == QUOTA_NONE)
		json_put_null(o);
	else
		json_put_i64(o, v);
}

static const char *
text_of(struct ctx *cx, const struct quota_sheet *sheet, const struct quota *q)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, TEXT_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", sheet->tenant_id);
	json_member_text(&o, "metric", name_of(q));
	put_bound(&o, "soft", q->limit.soft);
	put_bound(&o, "hard", q->limit.hard);
	json_member_raw(&o, "thresholds", q->limit.thresholds);
	json_member_text(&o, "source", q->own ? "tenant" : "plan");
	json_close_object(&o);
	return buf_text(&b);
}

static bool
is_same(const struct quota *a, const struct quota *b)
{
	return a->own == b->own && a->limit.soft == b->limit.soft &&
	    a->limit.hard == b->limit.hard &&
	    strcmp(a->limit.thresholds, b->limit.thresholds) == 0;
}

static enum err
tell(struct ctx *cx, struct db *db, const struct quotas_change *c, const char *tenant,
    const char *text)
{
	enum err rc = event_append(cx, db,
	    &(struct event){
		.kind = EVENT_QUOTA_UPDATED, .tenant_id = tenant, .payload = text});

	if (rc != ERR_OK)
		return rc;
	return audit_append(cx, c->audit, db,
	    &(struct audit_entry){.event = "QUOTA_UPDATED",
		.severity = AUDIT_MEDIUM,
		.actor = cx->actor,
		.tenant_id = tenant,
		.address = c->address,
		.details = text});
}

enum err
quotas_change(struct ctx *cx, struct db *db, const struct quotas_change *c,
    struct quota_sheet *sheet)
{
	const struct quota_sheet before = *sheet;
	enum err rc = set(cx, db, c, sheet);

	if (rc == ERR_OK)
		rc = quota_sheet_hold(cx, db, before.tenant_id, c->rates, sheet);
	for (int i = 0; rc == ERR_OK && i < sheet->count; i++)
		if (!is_same(&before.rows[i], &sheet->rows[i]))
			rc = tell(cx, db, c, sheet->tenant_id,
			    text_of(cx, sheet, &sheet->rows[i]));
	return rc;
}
