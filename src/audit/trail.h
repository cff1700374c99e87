/*
 * trail.h - the audit log as it is read: filtered, newest first in pages, or exported,
 * oldest first and whole.
 *
 * An export is of what is sealed up to one number, the head's when it began: rows that
 * are committed late get later numbers, so that nothing is missed, and the next export
 * can go on where this one ended.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_INVALID, told, for a filter that is none.
 */
#ifndef TENANTD_AUDIT_TRAIL_H
#define TENANTD_AUDIT_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/audit.h"
#include "json/json.h"

enum audit_filter {
	AUDIT_BY_EVENT,
	AUDIT_BY_SEVERITY,
	AUDIT_BY_ACTOR,
	AUDIT_BY_REQUEST,
	AUDIT_BY_FROM, /* a time, as clock_from_text() reads it; it is in */
	AUDIT_BY_TO,   /* it is not in */
	AUDIT_BY_TENANT,
	AUDIT_FILTER_COUNT
};

struct audit_query {
	const char *context; /* in which it is read; NULL: DB_MANAGEMENT */
	const char *by[AUDIT_FILTER_COUNT]; /* NULL: any */
	bool oldest_first;                  /* an export */
	int64_t cursor; /* id to go on before, or after; 0: from the start */
	int64_t bound;  /* an export's last number; 0: the head's */
	int limit;
};

struct audit_record {
	int64_t id, seq; /* seq 0: not sealed yet */
	const char *entry, *event, *severity, *actor, *tenant_id, *request_id,
	    *address;               /* NULL: none */
	const char *created_at;     /* RFC 3339 */
	const char *details, *seal; /* details: JSON; seal: NULL: not sealed yet */
	int64_t bound;              /* of an export */
};

/* value NULL: any. name: what the caller calls the filter, for the message. */
enum err audit_query_filter(struct ctx *cx, struct audit_query *q,
    enum audit_filter filter, const char *name, const char *value) MUST_CHECK;
enum err audit_find(struct ctx *cx, struct db *db, const struct audit_query *q,
    struct audit_record **out, int *count) MUST_CHECK;

/* As an object; camel: tenantId, not tenant_id, and what a tenant may see. */
void audit_put_record(struct json_out *o, const struct audit_record *r, bool camel);

#endif
