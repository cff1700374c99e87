/* notify.c - see notify.h. */
#include "notify/notify.h"

#include "base/buf.h"
#include "base/str.h"
#include "events/event.h"
#include "jobs/job.h"

enum { ARRAY_MAX = 8 * 1024 };

struct notice {
	enum event_kind kind;
	const char *severity, *title, *member;
};

static const struct notice notices[] = {
#define NOTICE(event, severity, title, member)                                         \
	{EVENT_##event, (severity), (title), (member)},
#include "notify/kinds.def"
#undef NOTICE
};

static const char *
kind_of(const struct notice *n)
{
	return event_kind_name(n->kind);
}

static const char *
severity_of(const struct notice *n)
{
	return n->severity;
}

static const char *
title_of(const struct notice *n)
{
	return n->title;
}

static const char *
member_of(const struct notice *n)
{
	return n->member;
}

/* A column of the table as a PostgreSQL array; texts of ours need no escapes. */
static const char *
column(struct ctx *cx, const char *(*of)(const struct notice *n))
{
	struct buf b;

	buf_init(&b, cx->mem, ARRAY_MAX);
	for (size_t i = 0; i < COUNT_OF(notices); i++)
		buf_printf(&b, "%s\"%s\"", i == 0 ? "{" : ",", of(&notices[i]));
	buf_putc(&b, '}');
	return buf_text(&b);
}

enum err
notify_fan_out(struct ctx *cx, struct db *db, const struct conf *conf,
    const struct event_batch *batch, bool *more)
{
	const char *mail =
	    str_is_set(conf->smtp_url) ? job_kind_name(JOB_MAIL_SEND) : NULL;
	char first[STR_I64_SIZE], last[STR_I64_SIZE], days[STR_I64_SIZE],
	    most[STR_I64_SIZE];
	const char *from = str_from_i64(first, batch->first),
		   *to = str_from_i64(last, batch->last),
		   *at_once = str_from_i64(most, JOB_MAILS_AT_ONCE);
	struct db_rows *rows;
	enum err rc = db_queue(cx, db, STMT_notification_fan_out,
	    DB_ARGS(from, to, column(cx, kind_of), column(cx, severity_of),
		column(cx, title_of), column(cx, member_of)));

	if (rc == ERR_OK && mail != NULL)
		rc = db_queue(cx, db, STMT_notify_mail,
		    DB_ARGS(from, to, mail,
			str_from_i64(days, conf->deletion_grace_days), at_once));
	if (rc == ERR_OK)
		rc = db_query(
		    cx, db, STMT_alert_raise, DB_ARGS(from, to, mail, at_once), &rows);
	if (rc == ERR_OK)
		*more = db_i64(rows, 0, 0) > 0;
	return rc;
}
