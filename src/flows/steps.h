/*
 * steps.h - what both doors of onboarding do, each inside the caller's transaction:
 * lock and look, create, associate.
 *
 * Owner:    the transaction of the caller; texts live in cx->mem.
 * Lifetime: that transaction.
 * Threads:  one.
 * Failure:  as onboarding.h.
 */
#ifndef TENANTD_FLOWS_STEPS_H
#define TENANTD_FLOWS_STEPS_H

#include "events/event.h"
#include "flows/onboarding.h"

/* How an id that was asked for stands to the caller. */
enum standing {
	STANDING_NONE, /* no id was asked for */
	STANDING_MEMBER,
	STANDING_OWNER, /* owns it, without a membership */
	STANDING_TAKEN, /* somebody else has it */
	STANDING_FREE
};

struct look {
	enum standing standing;
	const char *asked_id;     /* the twin's id of what was asked for, or NULL */
	bool has_tenant;          /* the caller is a member of some tenant */
	const char *owned_number; /* of a tenant the caller owns, or NULL */
	const char *owned_id;     /* its twin's id, or NULL */
	bool owned_active;
	const char *own_id; /* the next id that would be the caller's own, or NULL */
	const char *new_id, *new_slug; /* of a tenant that would be made now */
};

/* Takes the user's lock, then looks. asked: UUID text or NULL. */
enum err steps_lock_and_look(struct ctx *cx, const struct onboarding *ob,
    const char *asked, struct look *out) MUST_CHECK;
/* ERR_FORBIDDEN when the id asked for is not the caller's to use: somebody has it, or
 * it is neither random (version 4) nor the caller's own. */
enum err steps_check_asked(
    struct ctx *cx, const struct look *look, const char *asked) MUST_CHECK;
/* Makes look's new tenant with the caller as its owner, and tells of it. */
enum err steps_create(struct ctx *cx, const struct onboarding *ob,
    const struct tenant_draft *draft) MUST_CHECK;
/* The id of what the caller owns; a twin that its row still lacks is made. */
enum err steps_adopt(struct ctx *cx, const struct onboarding *ob,
    const struct look *look, const char **tenant_id) MUST_CHECK;
/* A row of the registry, held until the transaction ends. */
struct steps_record {
	const char *id; /* its twin's; NULL: there is no such row */
	const char *name, *schema_name, *owner_id, *status;
	bool rls_enabled;
};
enum err steps_hold_record(struct ctx *cx, const struct onboarding *ob,
    const char *number, struct steps_record *out) MUST_CHECK;
bool steps_owns(const struct onboarding *ob, const struct steps_record *record);
/* Makes the caller a member of the tenant they own; its id in *tenant_id. */
enum err steps_associate(struct ctx *cx, const struct onboarding *ob,
    const struct look *look, const char **tenant_id) MUST_CHECK;

/* A member of the details, a text or an object; the list ends where name is NULL. */
struct steps_detail {
	const char *name, *text;
	const struct steps_detail *members; /* NULL: it is the text */
};
#define STEPS_TEXT(member, value)                                                      \
	{                                                                              \
		.name = (member), .text = (value)                                      \
	}
#define STEPS_DETAILS(...) ((const struct steps_detail[]){__VA_ARGS__, {0}})

/* Event and audit row of one change. */
struct steps_news {
	enum event_kind kind; /* EVENT_UNSET: a trigger tells of it */
	const char *audit_event;
	const char *tenant_id;
	const struct steps_detail *details; /* beside tenantId and userId */
};
enum err steps_tell(struct ctx *cx, const struct onboarding *ob,
    const struct steps_news *news) MUST_CHECK;

/* Runs fn as db_transaction() does, again (at most thrice in all) when another
 * transaction took the same name or id in between. */
enum err steps_transaction(struct ctx *cx, struct db *db, const char *context,
    db_transaction_fn *fn, void *arg) MUST_CHECK;

#endif
