/*
 * tell.h - what a draft must be, and what is told of a change; for webhook/ alone.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: that transaction.
 * Threads:  one.
 * Failure:  as webhook.h.
 */
#ifndef TENANTD_WEBHOOK_TELL_H
#define TENANTD_WEBHOOK_TELL_H

#include "webhook/webhook.h"

enum webhook_change {
	WEBHOOK_CHANGE_UNSET,
	WEBHOOK_CHANGE_CREATED,
	WEBHOOK_CHANGE_UPDATED,
	WEBHOOK_CHANGE_DELETED,
	WEBHOOK_CHANGE_ROTATED,
	WEBHOOK_CHANGE_TESTED,
	WEBHOOK_CHANGE_COUNT
};

/* Event and audit row. */
enum err webhook_tell(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const struct webhook *w, enum webhook_change change) MUST_CHECK;
/* Where it may lead, and that its kinds are some. */
enum err webhook_check_draft(struct ctx *cx, const struct webhook_site *site,
    const struct webhook_draft *d) MUST_CHECK;

#endif
