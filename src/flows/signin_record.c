/* signin_record.c - see signin_record.h. */
#include "flows/signin_record.h"

#include "base/buf.h"
#include "json/json.h"

enum { DETAILS_MAX = 4096 };

static void
open_details(
    struct ctx *cx, const struct signin_record *r, struct json_out *o, struct buf *b)
{
	buf_init(b, cx->mem, DETAILS_MAX);
	json_out_init(o, b);
	json_open_object(o);
	if (r->user_id != NULL)
		json_member_text(o, "user_id", r->user_id);
	if (r->session_id != NULL)
		json_member_text(o, "session_id", r->session_id);
}

static struct audit_entry
entry_of(const struct signin_record *r, const char *event, enum audit_severity severity,
    struct json_out *o)
{
	json_close_object(o);
	return (struct audit_entry){
	    .event = event,
	    .severity = severity,
	    .actor = r->user_id,
	    .tenant_id = r->tenant_id,
	    .address = r->address,
	    .details = buf_text(o->to),
	};
}

enum err
signin_record_signed_in(struct ctx *cx, struct db *db, const struct signin_record *r)
{
	struct audit_entry e;
	struct json_out o;
	struct buf b;

	open_details(cx, r, &o, &b);
	json_member_bool(&o, "second_factor", r->mfa);
	e = entry_of(r, "SIGNED_IN", AUDIT_LOW, &o);
	return audit_append(cx, r->audit, db, &e);
}

enum err
signin_record_failed(
    struct ctx *cx, struct db *db, const struct signin_record *r, const char *reason)
{
	struct audit_entry e;
	struct json_out o;
	struct buf b;

	open_details(cx, r, &o, &b);
	json_member_text(&o, "reason", reason);
	e = entry_of(r, "SIGN_IN_FAILED", AUDIT_MEDIUM, &o);
	return audit_append(cx, r->audit, db, &e);
}

enum err
signin_record_throttled(
    struct ctx *cx, struct db *db, const struct signin_record *r, int64_t wait_s)
{
	struct audit_entry e;
	struct json_out o;
	struct buf b;

	open_details(cx, r, &o, &b);
	json_member_i64(&o, "wait_seconds", wait_s);
	e = entry_of(r, "SIGN_IN_THROTTLED", AUDIT_MEDIUM, &o);
	return audit_append(cx, r->audit, db, &e);
}

enum err
signin_record_reused(struct ctx *cx, struct db *db, const struct signin_record *r)
{
	struct audit_entry e;
	struct json_out o;
	struct buf b;

	open_details(cx, r, &o, &b);
	e = entry_of(r, "REFRESH_TOKEN_REUSED", AUDIT_HIGH, &o);
	return audit_append(cx, r->audit, db, &e);
}

enum err
signin_record_signed_out(
    struct ctx *cx, struct db *db, const struct signin_record *r, bool all)
{
	struct audit_entry e;
	struct json_out o;
	struct buf b;

	open_details(cx, r, &o, &b);
	json_member_bool(&o, "all", all);
	e = entry_of(r, "SIGNED_OUT", AUDIT_LOW, &o);
	return audit_append(cx, r->audit, db, &e);
}
