/*
 * onboarding.h - a signed-in user gets their tenant: found, associated or created,
 * once.
 *
 * However many calls race, from however many processes, a user has one tenant: what
 * changes something holds the user's advisory lock until its transaction ends.
 *
 * Owner:    the caller; texts in the results live in cx->mem.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  ERR_FORBIDDEN for who was deactivated and for an id that is not the
 *           caller's to use, ERR_CONFLICT for a
 *           second tenant, ERR_TENANT_SUSPENDED, ERR_TENANT_INACTIVE, and db.h's.
 */
#ifndef TENANTD_FLOWS_ONBOARDING_H
#define TENANTD_FLOWS_ONBOARDING_H

#include <stdbool.h>

#include "audit/audit.h"
#include "base/ctx.h"
#include "base/id.h"
#include "db/db.h"
#include "tenant/tenant.h"

struct onboarding_settings {
	struct uuid tenant_namespace; /* of the ids derived from user ids */
	bool create_schemas; /* the older isolation's schema for a new tenant */
	const char *self_service_plans; /* comma-separated: what a user may choose */
};

/* Who asks, from where. */
struct onboarding_caller {
	const char *user_id;   /* 1 to 255 bytes; cx->actor as well */
	const char *email;     /* NULL: unknown */
	const char *tenant_id; /* what their token speaks of, NULL: nothing */
	const char *address;   /* the client's, for the audit log */
};

/* One call of one caller. */
struct onboarding {
	struct db *db;
	struct audit *audit;
	const struct onboarding_settings *settings;
	struct onboarding_caller who;
};

struct onboarding_wish {
	const char *tenant_id;     /* UUID text, NULL: whatever it is */
	const char *plan;          /* NULL: none chosen */
	const char *billing_cycle; /* NULL: none chosen */
};

enum onboarding_outcome {
	ONBOARDING_FOUND,
	ONBOARDING_ASSOCIATED,
	ONBOARDING_CREATED,
	ONBOARDING_OUTCOME_COUNT
};

/* One round trip when there is nothing to change. */
enum err onboarding_get_or_create(struct ctx *cx, const struct onboarding *ob,
    const struct onboarding_wish *wish, struct tenant *tenant,
    enum onboarding_outcome *outcome) MUST_CHECK;

/* A tenant's row in the shared registry. */
struct onboarding_record {
	const char *tenant_id; /* NULL in a wish: the caller's own */
	const char *name;
	const char *schema_name; /* NULL in a wish: the derived one */
	const char *owner_id;    /* in an answer */
	bool rls_enabled;        /* in an answer */
};

/* The older route: inserts or renames the caller's own tenant. Inside a transaction. */
enum err onboarding_put_record(struct ctx *cx, const struct onboarding *ob,
    const struct onboarding_record *wish, struct onboarding_record *out) MUST_CHECK;

#endif
