/*
 * manage.h - tenants as administrators see to them: made under an id of their choice,
 * changed, suspended, resumed, deactivated and restored.
 *
 * The shared registry follows: its row is written in the same transaction, and is
 * active while the tenant may be used. Who makes a tenant unusable ends its sessions:
 * the database sees to that, whoever it is.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_NOT_FOUND, told, for a name that no tenant has; ERR_INVALID
 *           with faults for a wish; ERR_CONFLICT, told, for a name that is taken and a
 *           change of status that there is not: what to do instead is said.
 */
#ifndef TENANTD_TENANT_MANAGE_H
#define TENANTD_TENANT_MANAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/audit.h"
#include "base/str.h"
#include "crypto/seal.h"
#include "db/db.h"

enum {
	TENANT_NAME_MOST = 255,     /* characters */
	TENANT_PROMPT_MOST = 32768, /* characters */
	TENANT_KEY_MOST = 512       /* bytes of the key to an outside service */
};

struct tenant_managed {
	const char *id, *number; /* of the shared registry */
	const char *name, *slug, *status, *plan;
	const char *status_reason;           /* NULL: none was given */
	const char *prompt, *environment;    /* NULL: none */
	const char *key_hint;                /* the key's end, "": not to be shown;
						NULL: there is no key */
	const char *owner_id;                /* NULL: nobody */
	const char *created_at, *updated_at; /* RFC 3339 */
	int64_t version;
	bool registered;             /* its row in the shared registry is there */
	bool active;                 /* it may be used */
	const char *scopes;          /* of an active one: what of it is suspended, with
					blanks between; NULL: nothing */
	const char *suspended_until; /* RFC 3339; NULL: until somebody resumes it */
};

enum tenant_key_wish { TENANT_KEY_STAYS, TENANT_KEY_IS, TENANT_KEY_GOES };

/* What is to be; what is NULL is none. */
struct tenant_wish {
	const char *id; /* of a new one */
	const char *name, *slug, *prompt, *environment;
	enum tenant_key_wish key_wish;
	struct slice key; /* the caller cleanses it */
	bool active;
};

/* Who sees to it, and with what; who it is is cx->actor. */
struct tenant_desk {
	const char *address; /* the client's, or "" */
	const struct seal_keys *keys;
	struct audit *audit;
	bool create_schemas; /* the older isolation's schema for a new tenant */
	int grace_days;      /* in which one that was deactivated can be restored */
};

/* -- each in a transaction of its own -- */
enum err tenant_managed_show(struct ctx *cx, struct db *db, const char *name,
    struct tenant_managed *out) MUST_CHECK;
struct tenant_managed_page {
	const char *after;  /* an id; NULL: from the first */
	const char *part;   /* of id, slug or name, in any case; NULL: all */
	const char *status; /* NULL: any */
	int limit;
	struct tenant_managed *list; /* the answer, in the order of ids */
	int count;
};
enum err tenants_managed_list(
    struct ctx *cx, struct db *db, struct tenant_managed_page *page) MUST_CHECK;

/* -- inside a transaction of an actor in the management context -- */
/* By id, slug or a slug it had; held until the transaction ends. */
enum err tenant_managed_hold(struct ctx *cx, struct db *db, const char *name,
    struct tenant_managed *out) MUST_CHECK;
/* wish->slug NULL: the id in lower case. */
enum err tenant_managed_create(struct ctx *cx, struct db *db,
    const struct tenant_desk *desk, const struct tenant_wish *wish,
    struct tenant_managed *out) MUST_CHECK;
/* now: as it was held; then as it has become. */
enum err tenant_managed_update(struct ctx *cx, struct db *db,
    const struct tenant_desk *desk, const struct tenant_wish *wish,
    struct tenant_managed *now) MUST_CHECK;
/* What a tenant is as a wish: for changes of a part. */
struct tenant_wish tenant_wish_of(const struct tenant_managed *now);

enum tenant_turn_kind {
	TENANT_SUSPEND,
	TENANT_RESUME,
	TENANT_DEACTIVATE,
	TENANT_RESTORE
};
struct tenant_turn {
	enum tenant_turn_kind kind;
	const char *reason; /* NULL: none is given */
	/* of a suspension: */
	const char *until;  /* RFC 3339; NULL: until somebody resumes it */
	const char *scopes; /* PostgreSQL array of "write", "delete", "admin";
			       NULL: all there is */
	/* of a deactivation: the days after which it is purged; NULL: not by itself */
	const char *purge_days;
};
/* One that is so already stays as it is, unless it is suspended in another way; but
 * what its partner deactivated is not the
 * partner's to restore after an operator deactivated it, too. */
enum err tenant_managed_turn(struct ctx *cx, struct db *db,
    const struct tenant_desk *desk, const struct tenant_turn *turn,
    struct tenant_managed *now) MUST_CHECK;

/* -- the rules, for those above -- */
/* What a suspension is of, as a turn has it: of "read", "write", "delete" and "admin";
 * *array NULL: all there is, as it is without a word, and with "read". ERR_INVALID,
 * with a fault, for another word. */
enum err tenant_scopes_take(struct ctx *cx, const char *const *words, size_t count,
    const char **array) MUST_CHECK;
/* Whether all of them hold; else a fault for each that does not. */
enum err tenant_managed_check(
    struct ctx *cx, const struct tenant_wish *wish) MUST_CHECK;

#endif
