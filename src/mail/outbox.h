/*
 * outbox.h - mails queued in the transaction that makes them necessary; work/mail.c
 * sends them.
 *
 *   payload   {"template", "to", "toName"?, "tenantId"?, "sealedView"}
 *             {"void": true, "sealedView"}: nobody is written to
 *
 * Views hold secrets, in links: they are sealed for the address they go to, so that
 * whoever reads jobs, or a copy of the database, reads none of them.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: that of the job.
 * Threads:  one.
 * Failure:  that of db_queue() and seal_make(); outbox_check_address(): ERR_INVALID,
 *           with a fault.
 */
#ifndef TENANTD_MAIL_OUTBOX_H
#define TENANTD_MAIL_OUTBOX_H

#include "base/ctx.h"
#include "crypto/seal.h"
#include "db/db.h"
#include "json/json.h"

struct outbox_mail {
	const char *template; /* of templates.def */
	const char *to;       /* address; NULL: nobody, for as much work as a mail is */
	const char *to_name;  /* NULL: none */
	const char *tenant_id; /* whose job it is, and whose own texts are used; NULL */
	const char *view;      /* JSON object */
};

/* Inside a transaction in the context of the tenant or of management. */
enum err outbox_put(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const struct outbox_mail *m) MUST_CHECK;
/* The view of a job that outbox_put() made; NULL: it has none. */
enum err outbox_open_view(struct ctx *cx, const struct seal_keys *keys,
    const struct json *payload, const struct json **view) MUST_CHECK;

/* Whether mail can be addressed so. pointer: where it stood in the request. */
enum err outbox_check_address(
    struct ctx *cx, const char *pointer, const char *address) MUST_CHECK;

#endif
