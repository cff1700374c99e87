/* manage.c - see manage.h. */
#include "partner/manage.h"

#include <string.h>

#include "auth/claims.h"
#include "base/email.h"
#include "base/id.h"
#include "events/event.h"
#include "json/json.h"

enum { PAYLOAD_MAX = 16 * 1024 };

/* The columns of partner_show.sql and partner_hold.sql. */
static enum err
take_row(
    struct ctx *cx, const struct db_rows *rows, const char *id, struct partner *out)
{
	if (db_row_count(rows) == 0)
		return partner_not_there(cx, id);
	partner_read_row(rows, 0, out);
	out->tenants = db_i64(rows, 0, 11);
	return ERR_OK;
}

enum err
partner_show(struct ctx *cx, struct db *db, const char *id, struct partner *out)
{
	char most[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_partner_show, id, str_from_i64(most, PARTNER_COUNTED_MOST)),
	    &rows);

	return rc == ERR_OK ? take_row(cx, rows, id, out) : rc;
}

enum err
partner_hold(struct ctx *cx, struct db *db, const char *id, struct partner *out)
{
	char most[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_queue(cx, db, STMT_partner_turn, DB_ARGS(id));

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_partner_hold,
		    DB_ARGS(id, str_from_i64(most, PARTNER_COUNTED_MOST)), &rows);

	return rc == ERR_OK ? take_row(cx, rows, id, out) : rc;
}

enum err
partners_list(struct ctx *cx, struct db *db, struct partner_page *page)
{
	char limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_partner_list, page->after != NULL ? page->after : "",
		page->part, page->status, str_from_i64(limit, page->limit)),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	page->count = db_row_count(rows);
	page->list =
	    arena_alloc(cx->mem, ((size_t)page->count + 1) * sizeof(*page->list));
	for (int i = 0; i < page->count; i++)
		partner_read_row(rows, i, &page->list[i]);
	return ERR_OK;
}

/* -- the rules -- */

static bool
is_blank(const char *s)
{
	return s[strspn(s, " ")] == '\0';
}

/* A token can say it, and a path can: what is a dot segment cannot be asked for. */
static void
check_id(struct ctx *cx, const char *id)
{
	if (!claim_text_is_fit(id, PARTNER_ID_MOST) || is_blank(id))
		ctx_fault(cx, "/id", "pattern",
		    "must be 1 to %d bytes of text without control characters",
		    PARTNER_ID_MOST);
	else if (strcmp(id, ".") == 0 || strcmp(id, "..") == 0)
		ctx_fault(cx, "/id", "not", "cannot stand in a path");
}

static void
check_text(struct ctx *cx, const char *pointer, const char *text, size_t most)
{
	const size_t n = text != NULL ? strlen(text) : 0;

	/* four bytes make a character at most */
	if (text == NULL || !claim_text_is_fit(text, 4 * most) || is_blank(text) ||
	    utf8_length(text, n) > most)
		ctx_fault(cx, pointer, "pattern",
		    "must be 1 to %zu characters without control characters, and not "
		    "blank",
		    most);
}

static void
check_number(
    struct ctx *cx, const char *pointer, int64_t v, const int64_t range[static 2])
{
	if (v < range[0] || v > range[1])
		ctx_fault(cx, pointer, "range", "must be a number from %lld to %lld",
		    (long long)range[0], (long long)range[1]);
}

static enum err
check(struct ctx *cx, const struct partner_wish *w)
{
	static const int64_t quota[] = {0, PARTNER_QUOTA_MOST},
			     rate[] = {1, PARTNER_RATE_MOST};
	const unsigned before = cx->fault_count;

	if (w->id != NULL)
		check_id(cx, w->id);
	check_text(cx, "/name", w->name, PARTNER_NAME_MOST);
	if (w->contact_email != NULL && !email_valid(w->contact_email))
		ctx_fault(cx, "/contact_email", "format", "is no e-mail address");
	if (w->tenant_quota != PARTNER_NO_QUOTA)
		check_number(cx, "/tenant_quota", w->tenant_quota, quota);
	if (w->rate_read != 0)
		check_number(cx, "/rate_read", w->rate_read, rate);
	if (w->rate_write != 0)
		check_number(cx, "/rate_write", w->rate_write, rate);
	return cx->fault_count == before
	    ? ERR_OK
	    : err_tell(&cx->err, ERR_INVALID, "the partner is not valid");
}

/* -- what is told of a change -- */

enum change { CREATED, UPDATED, SUSPENDED, RESUMED };

static const struct {
	enum event_kind event;
	const char *audit;
} changes[] = {
    [CREATED] = {EVENT_PARTNER_CREATED, "PARTNER_CREATED"},
    [UPDATED] = {EVENT_PARTNER_UPDATED, "PARTNER_UPDATED"},
    [SUSPENDED] = {EVENT_PARTNER_SUSPENDED, "PARTNER_SUSPENDED"},
    [RESUMED] = {EVENT_PARTNER_RESUMED, "PARTNER_RESUMED"},
};

static void
put_number(struct json_out *o, const char *name, int64_t v, int64_t none)
{
	json_name(o, name);
	if (v == none)
		json_put_null(o);
	else
		json_put_i64(o, v);
}

static const char *
payload_of(struct ctx *cx, const struct partner *p)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, PAYLOAD_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "partnerId", p->id);
	json_member_text(&o, "name", p->name);
	json_member_text(&o, "status", p->status);
	json_member_text(&o, "statusReason", p->status_reason);
	json_member_text(&o, "contactEmail", p->contact_email);
	put_number(&o, "tenantQuota", p->tenant_quota, PARTNER_NO_QUOTA);
	put_number(&o, "rateRead", p->rate_read, 0);
	put_number(&o, "rateWrite", p->rate_write, 0);
	json_member_i64(&o, "version", p->version);
	json_close_object(&o);
	return buf_text(&b);
}

static enum err
tell(struct ctx *cx, struct db *db, const struct partner_desk *desk,
    const struct partner *p, enum change change)
{
	const char *payload = payload_of(cx, p);
	enum err rc = event_append(
	    cx, db, &(struct event){.kind = changes[change].event, .payload = payload});

	if (rc != ERR_OK)
		return rc;
	return audit_append(cx, desk->audit, db,
	    &(struct audit_entry){.event = changes[change].audit,
		.severity = AUDIT_HIGH,
		.actor = cx->actor,
		.address = desk->address,
		.details = payload});
}

/* -- changes -- */

/* Numbers as parameters; NULL where there is none. */
struct limits {
	char quota_text[STR_I64_SIZE], read_text[STR_I64_SIZE],
	    write_text[STR_I64_SIZE];
	const char *quota, *read, *write;
};

static void
read_limits(struct limits *l, const struct partner_wish *w)
{
	*l = (struct limits){0};
	if (w->tenant_quota != PARTNER_NO_QUOTA)
		l->quota = str_from_i64(l->quota_text, w->tenant_quota);
	if (w->rate_read != 0)
		l->read = str_from_i64(l->read_text, w->rate_read);
	if (w->rate_write != 0)
		l->write = str_from_i64(l->write_text, w->rate_write);
}

enum err
partner_create(struct ctx *cx, struct db *db, const struct partner_desk *desk,
    const struct partner_wish *w, struct partner *out)
{
	char made[UUID_TEXT_SIZE];
	const char *id = w->id != NULL ? w->id : made;
	struct db_rows *rows;
	struct limits l;
	enum err rc = check(cx, w);

	uuid_text(made, uuid_random());
	read_limits(&l, w);
	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_partner_create,
		    DB_ARGS(id, w->name, w->contact_email, l.quota, l.read, l.write,
			cx->actor),
		    &rows);
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "the id \"%.200s\" is taken: there is a partner of that id", id);
	if (rc == ERR_OK)
		rc = partner_hold(cx, db, id, out);
	return rc == ERR_OK ? tell(cx, db, desk, out, CREATED) : rc;
}

struct partner_wish
partner_wish_of(const struct partner *now)
{
	return (struct partner_wish){
	    .name = now->name,
	    .contact_email = now->contact_email,
	    .tenant_quota = now->tenant_quota,
	    .rate_read = now->rate_read,
	    .rate_write = now->rate_write,
	};
}

static enum err
put(struct ctx *cx, struct db *db, const struct partner_wish *w,
    const char *const status[static 2], struct partner *now)
{
	struct limits l;
	enum err rc;

	read_limits(&l, w);
	rc = db_queue(cx, db, STMT_partner_set,
	    DB_ARGS(now->id, w->name, w->contact_email, l.quota, l.read, l.write,
		status[0], status[1]));
	return rc == ERR_OK ? partner_hold(cx, db, now->id, now) : rc;
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

enum err
partner_update(struct ctx *cx, struct db *db, const struct partner_desk *desk,
    const struct partner_wish *w, struct partner *now)
{
	const char *const status[] = {now->status, now->status_reason};
	enum err rc = check(cx, w);

	if (rc == ERR_OK && same(w->name, now->name) &&
	    same(w->contact_email, now->contact_email) &&
	    w->tenant_quota == now->tenant_quota && w->rate_read == now->rate_read &&
	    w->rate_write == now->rate_write)
		return ERR_OK; /* nothing that could be told */
	if (rc == ERR_OK)
		rc = put(cx, db, w, status, now);
	return rc == ERR_OK ? tell(cx, db, desk, now, UPDATED) : rc;
}

static enum err
turn(struct ctx *cx, struct db *db, const char *const status[static 2],
    struct partner *now)
{
	const struct partner_wish w = partner_wish_of(now);

	return put(cx, db, &w, status, now);
}

enum err
partner_suspend(struct ctx *cx, struct db *db, const struct partner_desk *desk,
    const char *reason, struct partner *now)
{
	const char *const status[] = {"suspended", reason};
	const unsigned before = cx->fault_count;
	enum err rc;

	if (strcmp(now->status, status[0]) == 0)
		return ERR_OK;
	if (reason != NULL)
		check_text(cx, "/reason", reason, PARTNER_REASON_MOST);
	if (cx->fault_count > before)
		return err_tell(&cx->err, ERR_INVALID, "the reason is not valid");
	rc = turn(cx, db, status, now);
	return rc == ERR_OK ? tell(cx, db, desk, now, SUSPENDED) : rc;
}

enum err
partner_resume(
    struct ctx *cx, struct db *db, const struct partner_desk *desk, struct partner *now)
{
	static const char *const status[] = {"active", NULL};
	enum err rc;

	if (strcmp(now->status, status[0]) == 0)
		return ERR_OK;
	rc = turn(cx, db, status, now);
	return rc == ERR_OK ? tell(cx, db, desk, now, RESUMED) : rc;
}
