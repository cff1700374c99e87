/*
 * rule.h - alert rules: when a tenant's managers, or the platform, are alerted.
 *
 * A rule is met by as many events of one tenant as its threshold says, within its
 * window; then an alert is raised, and not again of that tenant for as long as the
 * window is. sql/query/alert_raise.sql has the conditions and the events that they
 * count. A tenant's rules watch that tenant, the platform's watch each of them.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  that of db.h; ERR_NOT_FOUND, told, for one that is not there or somebody
 *           else's.
 */
#ifndef TENANTD_NOTIFY_RULE_H
#define TENANTD_NOTIFY_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/audit.h"
#include "db/db.h"

enum { RULES_MOST = 50 }; /* of a tenant, and of the platform */

struct rule_draft {
	const char *name, *condition;
	const char *emails; /* JSON array of addresses */
	int threshold, window_minutes;
	bool webhook; /* webhooks hear of the alert */
	bool enabled;
};

struct rule {
	const char *id, *tenant_id; /* NULL: the platform's */
	struct rule_draft is;
	const char *last_raised_at; /* NULL: never */
	const char *created_by, *created_at, *updated_at;
	int64_t version;
};

/* For whom, and with what. */
struct rule_site {
	const char *tenant_id; /* NULL: the platform */
	const char *address;   /* the client's, for the audit */
	struct audit *audit;
};

/* -- each in a transaction of its own -- */
enum err rule_show(struct ctx *cx, struct db *db, const struct rule_site *site,
    const char *id, struct rule *out) MUST_CHECK;
struct rule_page {
	const char *after; /* an id; NULL: from the first */
	int limit;
	struct rule *rules; /* the answer, in the order of ids: `count` of them */
	int count;
};
enum err rules_list(struct ctx *cx, struct db *db, const struct rule_site *site,
    struct rule_page *page) MUST_CHECK;

/* -- inside a transaction, in the context of whose it is -- */
/* The same, held until the transaction ends. */
enum err rule_hold(struct ctx *cx, struct db *db, const struct rule_site *site,
    const char *id, struct rule *out) MUST_CHECK;
/* ERR_CONFLICT when there are RULES_MOST. A tenant's addresses are its own and its
 * members': ERR_INVALID, with faults, for others. */
enum err rule_create(struct ctx *cx, struct db *db, const struct rule_site *site,
    const struct rule_draft *draft, struct rule *out) MUST_CHECK;
/* now: as it was held; then as it has become. */
enum err rule_update(struct ctx *cx, struct db *db, const struct rule_site *site,
    const struct rule_draft *draft, struct rule *now) MUST_CHECK;
enum err rule_delete(struct ctx *cx, struct db *db, const struct rule_site *site,
    const struct rule *now) MUST_CHECK;

#endif
