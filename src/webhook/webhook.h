/*
 * webhook.h - where a tenant, a partner or the platform wants to be told of events:
 * registered, changed, removed, and what is queued for them.
 *
 * A tenant's webhooks hear of that tenant, the platform's of every one. A partner's
 * hear how the tenants fare that the partner provisioned, the kinds "tenant.*", and of
 * the partner's webhooks, "webhook.*". While a partner is suspended nothing is queued
 * for them, and what was queued is refused; the partner may have it sent again later.
 * What concerns a webhook itself is told as events and audited.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  that of db.h; ERR_NOT_FOUND, told, for one that is not there or somebody
 *           else's; ERR_INVALID, with faults, for a draft.
 */
#ifndef TENANTD_WEBHOOK_WEBHOOK_H
#define TENANTD_WEBHOOK_WEBHOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/audit.h"
#include "db/db.h"
#include "events/sequence.h"
#include "webhook/message.h"
#include "json/json.h"

enum {
	WEBHOOKS_MOST = 20, /* of a partner, and of the platform */
	WEBHOOK_CONCURRENCY_DEFAULT = 4,
	WEBHOOK_SECRETS_MOST = 4, /* that sign at once */
	WEBHOOK_KEEP_HOURS = 24,  /* for which the last secret signs after a rotation */
	WEBHOOK_REDELIVER_MOST = 10000
};

struct webhook {
	const char *id, *tenant_id, *partner_id; /* as in webhook_name */
	const char *url, *description;
	const char *kinds;                         /* JSON array; empty: all */
	const char *disabled_reason, *disabled_at; /* NULL: it is enabled */
	const char *created_by, *created_at, *updated_at;
	const char *secrets; /* JSON array of createdAt and expiresAt */
	const char *secret;  /* shown, when it was just made; else NULL */
	int64_t version;
	int concurrency;
	bool enabled;
};

struct webhook_draft {
	const char *url, *description, *kinds;
	int concurrency;
	bool enabled;
};

/* For whom, and with what. */
struct webhook_site {
	const char *tenant_id, *partner_id; /* one of them; both NULL: the platform */
	const char *address;                /* the client's, for the audit */
	const char *allow;                  /* WEBHOOK_ALLOW */
	const struct seal_keys *keys;
	struct audit *audit;
};

/* What a request for something else asks for beside it, { "url", "events" }, or NULL: a
 * fault, below pointer, for each thing that could not be registered. */
void webhook_check_wish(
    struct ctx *cx, const char *allow, const struct json *wish, const char *pointer);

/* -- each in a transaction of its own -- */
enum err webhook_show(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const char *id, struct webhook *out) MUST_CHECK;
struct webhook_page {
	const char *after; /* an id; NULL: from the first */
	int limit;
	struct webhook *list; /* the answer, in the order of ids: `count` of them */
	int count;
};
/* In the order of ids. */
enum err webhooks_list(struct ctx *cx, struct db *db, const struct webhook_site *site,
    struct webhook_page *page) MUST_CHECK;
struct webhook_health {
	bool enabled;
	int64_t failures;          /* in a row */
	const char *failing_since; /* NULL: the last attempt was none */
	const char *last_attempt_at, *last_success_at; /* NULL: never */
};
enum err webhook_get_health(struct ctx *cx, struct db *db,
    const struct webhook_site *site, const char *id,
    struct webhook_health *out) MUST_CHECK;

/* Seals every webhook's secrets under the key that seals today; *count of them were
 * not. In transactions of its own. ERR_INTERNAL, saying which webhook, when one does
 * not open: those before it are done. */
enum err webhooks_reseal(
    struct ctx *cx, struct db *db, const struct seal_keys *keys, int *count) MUST_CHECK;

/* -- inside a transaction, in the context of whose it is: a partner is in none of its
 * own, but the management's -- */
/* The same, held until the transaction ends. */
enum err webhook_hold(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const char *id, struct webhook *out) MUST_CHECK;
/* ERR_CONFLICT when there are WEBHOOKS_MOST; ERR_QUOTA when there are as many as the
 * tenant may have. */
enum err webhook_create(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const struct webhook_draft *draft, struct webhook *out) MUST_CHECK;
/* now: as it was held; then as it has become. */
enum err webhook_update(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const struct webhook_draft *draft, struct webhook *now) MUST_CHECK;
enum err webhook_delete(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const struct webhook *now) MUST_CHECK;
/* The secrets it had sign for another keep_hours. now: as with webhook_update(). */
enum err webhook_rotate(struct ctx *cx, struct db *db, const struct webhook_site *site,
    int keep_hours, struct webhook *now) MUST_CHECK;
/* Has an event made that this one alone is sent, once. */
enum err webhook_test(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const struct webhook *now) MUST_CHECK;

/* -- inside a transaction in the management context -- */
/* A job for each event of the batch and each webhook that wants it. */
enum err webhook_fan_out(
    struct ctx *cx, struct db *db, const struct event_batch *batch) MUST_CHECK;
/* Why it is turned off: "failures" or "gone"; error: what the last attempt met. */
struct webhook_why {
	const char *reason, *error;
};
enum err webhook_disable(struct ctx *cx, struct audit *audit, struct db *db,
    const struct webhook_name *of, const struct webhook_why *why) MUST_CHECK;

#endif
