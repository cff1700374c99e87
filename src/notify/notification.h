/*
 * notification.h - what a tenant's managers should see of its events, and what of it
 * they have seen. What is read is read for all of them.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  that of db.h; ERR_NOT_FOUND, told, for one that is not there or another
 *           tenant's.
 */
#ifndef TENANTD_NOTIFY_NOTIFICATION_H
#define TENANTD_NOTIFY_NOTIFICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "db/db.h"

struct notification {
	int64_t id, seq; /* seq: of the event */
	const char *kind, *severity, *title;
	const char *body;              /* JSON object: the event's payload */
	const char *created_at;        /* RFC 3339 */
	const char *read_at, *read_by; /* NULL: nobody has */
};

struct notification_query {
	const char *tenant_id;
	int64_t before; /* an id; 0: from the newest */
	bool unread;    /* only these */
	int limit;
};

/* The newest first; *count of them. */
enum err notifications_list(struct ctx *cx, struct db *db,
    const struct notification_query *q, struct notification **list,
    int *count) MUST_CHECK;

struct notification_mark {
	const char *tenant_id;
	int64_t id;
	bool read; /* by cx->actor; or by nobody */
};

enum err notification_set(struct ctx *cx, struct db *db,
    const struct notification_mark *m, struct notification *out) MUST_CHECK;
/* *count of them were not read. */
enum err notifications_read_all(
    struct ctx *cx, struct db *db, const char *tenant_id, int64_t *count) MUST_CHECK;

#endif
