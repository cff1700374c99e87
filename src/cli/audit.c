/* audit.c - the commands about the audit log. */
#include <inttypes.h>
#include <string.h>

#include "audit/retain.h"
#include "audit/seal.h"
#include "audit/verify.h"
#include "base/buf.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "cli/table.h"
#include "json/json.h"

enum {
	EXIT_BROKEN = 70, /* EX_SOFTWARE */
	DAYS_MOST = 36500,
	DAY_S = 86400,
	REPORT_MAX = 1024 * 1024
};

/* -- verify -- */

static void
put_faults(struct json_out *o, const struct audit_report *report)
{
	json_name(o, "faults");
	json_open_array(o);
	for (const struct audit_fault *f = report->first; f != NULL; f = f->next) {
		json_open_object(o);
		json_member_text(o, "object", f->object);
		json_member_text(o, "verdict", audit_verdict_name(f->verdict));
		json_name(o, "seq");
		if (f->seq != 0)
			json_put_i64(o, f->seq);
		else
			json_put_null(o);
		json_member_text(o, "id", f->id);
		json_member_text(o, "event", f->event);
		json_member_text(o, "at", f->at);
		json_member_text(o, "text", f->text);
		json_close_object(o);
	}
	json_close_array(o);
}

/* NULL: nothing was sealed yet. */
static const char *
head_text(struct ctx *cx, const struct audit_report *report)
{
	return report->seal[0] != '\0'
	    ? arena_printf(cx->mem, "%" PRId64 ":%s", report->seq, report->seal)
	    : NULL;
}

static void
print_json(struct cli *c, const struct audit_report *report)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, c->cx->mem, REPORT_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_bool(&o, "ok", report->first == NULL);
	json_member_i64(&o, "rows", report->rows);
	json_member_i64(&o, "unsealed", report->unsealed);
	json_member_i64(&o, "oldest", report->oldest);
	json_member_text(&o, "began", report->began);
	json_member_text(&o, "head", head_text(c->cx, report));
	put_faults(&o, report);
	json_close_object(&o);
	fprintf(c->out, "%s\n", buf_text(&b));
}

static enum err
print_faults(struct cli *c, const struct audit_report *report)
{
	static const char *const columns[] = {
	    "object", "verdict", "seq", "id", "event", "at", "text"};
	struct table t;

	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (const struct audit_fault *f = report->first; f != NULL; f = f->next) {
		table_text(&t, f->object);
		table_text(&t, audit_verdict_name(f->verdict));
		if (f->seq != 0)
			table_i64(&t, f->seq);
		else
			table_text(&t, NULL);
		table_text(&t, f->id);
		table_text(&t, f->event);
		table_text(&t, f->at);
		table_text(&t, f->text);
	}
	return table_print(c->cx, &t, TABLE_ROWS, false, c->out);
}

static enum err
print_report(struct cli *c, const struct audit_report *report)
{
	const char *head = head_text(c->cx, report);
	enum err rc = ERR_OK;

	if (report->first != NULL)
		rc = print_faults(c, report);
	fprintf(c->out,
	    "%sthe audit log %s: %" PRId64 " rows from number %" PRId64 " on, %" PRId64
	    " not sealed yet\nbegan %s\nhead %s\n",
	    report->first != NULL ? "\n" : "",
	    report->first == NULL ? "holds" : "does not hold", report->rows,
	    report->oldest, report->unsealed,
	    report->began != NULL ? report->began : "none",
	    head != NULL ? table_printable(c->cx->mem, head) : "none");
	return rc;
}

enum err
command_audit_verify(struct cli *c)
{
	const char *expect = args_value(c->args, "expect");
	struct audit_expectation expected;
	struct audit_report report;
	struct audit *log;
	enum err rc = database_audit(c->cx, c->conf, &log);

	if (rc == ERR_OK && expect != NULL)
		rc = audit_expectation_read(c->cx, expect, &expected);
	if (rc == ERR_OK)
		rc = audit_verify(c->cx, log,
		    database_open(c->cx, c->conf, DATABASE_AS_SERVER),
		    expect != NULL ? &expected : NULL, &report);
	if (rc != ERR_OK)
		return rc;
	c->status = report.first == NULL ? 0 : EXIT_BROKEN;
	if (!args_flag(c->args, "json"))
		return print_report(c, &report);
	print_json(c, &report);
	return ERR_OK;
}

/* -- what changes -- */

enum err
command_audit_seal(struct cli *c)
{
	struct db *db = database_open(c->cx, c->conf, DATABASE_AS_SERVER);
	struct audit *log;
	int64_t total = 0;
	int count = AUDIT_SEAL_MOST;
	enum err rc = database_audit(c->cx, c->conf, &log);

	while (rc == ERR_OK && count == AUDIT_SEAL_MOST) {
		rc = audit_seal(c->cx, log, db, &count);
		total += count;
	}
	return rc == ERR_OK ? cli_print_count(c, "sealed", total) : rc;
}

static enum err
read_before(struct cli *c, int64_t *before_s)
{
	static const int64_t range[] = {AUDIT_DAYS_LEAST, DAYS_MOST};
	const char *date = args_value(c->args, "before");
	int64_t days = 0, ms;
	enum err rc = args_number(c->cx, c->args, "days", range, &days);

	if (rc != ERR_OK)
		return rc;
	if ((date == NULL) == (days == 0))
		return err_tell(&c->cx->err, ERR_USAGE,
		    "how much is to go is said by --before or by --days");
	*before_s = clock_wall_s() - days * DAY_S;
	if (date == NULL)
		return ERR_OK;
	if (!clock_from_text(date, &ms))
		return err_tell(&c->cx->err, ERR_USAGE,
		    "\"%s\" is not a date, nor a time with a zone", date);
	*before_s = ms / 1000;
	return ERR_OK;
}

enum err
command_audit_prune(struct cli *c)
{
	struct db *db = database_open(c->cx, c->conf, DATABASE_AS_SERVER);
	int64_t before_s, removed = 0, total = 0;
	struct audit *log;
	enum err rc = read_before(c, &before_s);

	if (rc == ERR_OK)
		rc = database_audit(c->cx, c->conf, &log);
	do {
		if (rc == ERR_OK)
			rc = audit_prune(c->cx, log, db, before_s, &removed);
		total += removed;
	} while (rc == ERR_OK && removed == AUDIT_PRUNE_MOST);
	return rc == ERR_OK ? cli_print_count(c, "removed", total) : rc;
}
