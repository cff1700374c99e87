/*
 * tell.h - what is told of a change: an event and an audit row; for role/ and what
 * composes it.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: that transaction.
 * Threads:  one.
 * Failure:  as db.h.
 */
#ifndef TENANTD_ROLE_TELL_H
#define TENANTD_ROLE_TELL_H

#include "events/event.h"
#include "role/role.h"

enum { ROLE_TEXT_MAX = 8 * 1024 };

struct role_news {
	enum event_kind kind; /* EVENT_UNSET: a trigger tells it */
	const char *audit;
	const char *payload; /* JSON object, of both */
};
enum err role_tell(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct role_news *news) MUST_CHECK;

#endif
