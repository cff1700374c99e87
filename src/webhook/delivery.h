/*
 * delivery.h - the log of what was sent to webhooks: one entry an attempt; and sending
 * again.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena; of an entry: DELIVERY_RETENTION_DAYS.
 * Threads:  one.
 * Failure:  that of db.h; ERR_NOT_FOUND, told, for an entry that is not there; ERR_GONE
 *           for one whose event is not kept any more.
 */
#ifndef TENANTD_WEBHOOK_DELIVERY_H
#define TENANTD_WEBHOOK_DELIVERY_H

#include "webhook/webhook.h"

enum delivery_outcome {
	DELIVERY_UNSET,
	DELIVERY_OK,
	DELIVERY_FAILED,
	DELIVERY_REFUSED, /* by us: nothing was sent */
	DELIVERY_OUTCOME_COUNT
};
bool delivery_outcome_known(const char *word);

/* Microseconds since the attempt began; -1: it did not come to that. */
struct delivery_timing {
	int64_t resolve_us, connect_us, tls_us, first_byte_us, total_us;
};

struct delivery_response {
	int status;          /* 0: none came */
	const char *headers; /* JSON object */
	const char *body;    /* its beginning, UTF-8; NULL: none */
};

struct delivery {
	struct webhook_name webhook;
	const struct webhook_event *event;
	int64_t job_id, started_ms;
	int attempt;
	const char *url, *headers; /* JSON object */
	struct delivery_response response;
	const char *address; /* NULL: none was connected to */
	struct delivery_timing timing;
	enum delivery_outcome outcome;
	const char *reason; /* NULL: it is ok */
};

/* Inside a transaction. */
enum err delivery_append(
    struct ctx *cx, struct db *db, const struct delivery *d) MUST_CHECK;

/* -- as it is looked at -- */
struct delivery_entry {
	int64_t id, seq, event_id, attempt, job_id;
	const char *kind, *outcome, *reason, *url, *address, *started_at;
	int status;
	int64_t total_us;
};

struct delivery_query {
	const char *webhook_id, *context; /* of the webhook */
	int64_t before;                   /* an id; 0: from the newest */
	const char *outcome, *kind;       /* NULL: any */
	int limit;
};
/* Newest first; *count of them. */
enum err deliveries_list(struct ctx *cx, struct db *db, const struct delivery_query *q,
    struct delivery_entry **out, int *count) MUST_CHECK;

struct delivery_detail {
	struct delivery_entry entry;
	const char *request_headers;
	const char *request_body; /* NULL: its event is not kept any more */
	struct delivery_response response;
	struct delivery_timing timing;
};
/* q: webhook_id and context. */
enum err delivery_show(struct ctx *cx, struct db *db, const struct delivery_query *q,
    int64_t id, struct delivery_detail *out) MUST_CHECK;

/* -- sending again, inside a transaction in the context of the webhook; ERR_CONFLICT
 * when it is off -- */
/* The event of one entry. */
enum err delivery_redeliver(struct ctx *cx, struct db *db,
    const struct webhook_site *site, const struct webhook *w, int64_t id) MUST_CHECK;
struct delivery_range {
	int64_t first, last;     /* numbers of events; 0: not by number */
	const char *from, *till; /* times, RFC 3339; NULL: not by time */
	int64_t queued;          /* how many it made */
};
/* Of every event that it wants; ERR_INVALID past WEBHOOK_REDELIVER_MOST. */
enum err deliveries_redeliver(struct ctx *cx, struct db *db,
    const struct webhook_site *site, const struct webhook *w,
    struct delivery_range *range) MUST_CHECK;

#endif
