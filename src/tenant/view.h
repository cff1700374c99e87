/*
 * view.h - tenants as the platform sees and changes them: /api/tenants.
 *
 * One that is suspended in part has the status "suspended" here, with the scopes that
 * it is suspended of.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_NOT_FOUND, told, for a name that no tenant has; ERR_INVALID
 *           with a fault for each thing that is wrong; ERR_CONFLICT, told, for a slug
 *           that is taken.
 */
#ifndef TENANTD_TENANT_VIEW_H
#define TENANTD_TENANT_VIEW_H

#include "tenant/manage.h"
#include "json/json.h"

struct tenant_view {
	const char *id, *number; /* of the shared registry */
	const char *name, *slug, *status, *onboarding_status;
	const char *status_reason; /* NULL: none was given */
	const char *plan, *billing_cycle, *isolation;
	const char *features;              /* JSON object */
	const char *owner_id, *partner_id; /* NULL: none */
	const char *scopes; /* what of it is suspended, blanks between; NULL: nothing */
	const char *suspended_until, *deactivated_at, *purge_at; /* RFC 3339, or NULL */
	const char *created_at, *updated_at;                     /* RFC 3339 */
	int64_t version;
	const char *cursor; /* in a list */
};

/* Its members, into an open object. */
void tenant_view_put(struct json_out *o, const struct tenant_view *t);

/* -- each in a transaction of its own -- */
enum err tenant_view_read(struct ctx *cx, struct db *db, const char *name,
    struct tenant_view *out) MUST_CHECK;

struct tenant_view_page {
	const char *after; /* a cursor; NULL: from the first */
	const char *sort;  /* createdAt, -createdAt, slug, -slug */
	const char *part;  /* of id, slug or name, in any case; NULL: all */
	const char *status, *isolation, *plan; /* NULL: any */
	int limit;
	struct tenant_view *list; /* the answer */
	int count;
};
/* ERR_INVALID for an order that there is not, and a cursor of another. */
enum err tenant_view_list(
    struct ctx *cx, struct db *db, struct tenant_view_page *page) MUST_CHECK;

struct tenant_slug {
	const char *slug, *since; /* since: RFC 3339 */
	const char *held_until;   /* NULL: as long as the tenant is there */
	bool current;
};
/* The one that it has first, then those that it had, the newest first. */
enum err tenant_slug_list(struct ctx *cx, struct db *db, const char *tenant_id,
    struct tenant_slug **list, int *count) MUST_CHECK;

/* -- inside a transaction of an actor in the management context -- */
/* By id, slug or a slug it had; held until the transaction ends. */
enum err tenant_view_hold(struct ctx *cx, struct db *db, const char *name,
    struct tenant_view *out) MUST_CHECK;

/* What is asked to change; NULL: it stays. */
struct tenant_view_wish {
	const char *name, *slug, *plan, *billing_cycle;
	const struct json *features; /* an object */
};
/* now: as it was held; then as it has become. */
enum err tenant_view_change(struct ctx *cx, struct db *db,
    const struct tenant_desk *desk, const struct tenant_view_wish *wish,
    struct tenant_view *now) MUST_CHECK;

/* Whether it was deactivated that many days ago, or before. */
enum err tenant_grace_over(struct ctx *cx, struct db *db, const char *tenant_id,
    int days, bool *over) MUST_CHECK;
/* One that was deactivated can be taken back until its grace is over: ERR_GONE, told.
 */
enum err tenant_view_turn(struct ctx *cx, struct db *db, const struct tenant_desk *desk,
    const struct tenant_turn *turn, struct tenant_view *now) MUST_CHECK;

#endif
