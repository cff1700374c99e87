/*
 * apikey.h - API keys: what machines show instead of a token. A key is a partner's or
 * a tenant's, and never anybody else's.
 *
 * An id is a UUID, a secret what crypto/opaque.h makes. The database has its digest
 * alone: it is shown once. After a rotation the secret before is taken for a while, so
 * that whoever uses it can change over. A key that was revoked or has expired stays, to
 * be seen, and is never in force again.
 *
 * The scopes of a partner's key are the permissions of partners; of a tenant's "read",
 * "write", "delete" and "admin", which are the tenant's.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_NOT_FOUND, told, for one that is not there or somebody else's;
 *           ERR_INVALID with faults for a draft; ERR_CONFLICT, told, for a change of
 *           one that is not in force.
 */
#ifndef TENANTD_APIKEY_APIKEY_H
#define TENANTD_APIKEY_APIKEY_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/audit.h"
#include "db/db.h"

enum {
	APIKEYS_MOST = 100, /* of a partner, that are in force */
	APIKEY_NAME_MOST = 100,
	APIKEY_DAYS_MOST = 3650, /* for which one may be good */
	APIKEY_SHOWN = 8,        /* bytes of a secret that are shown again */
	APIKEY_KEEP_HOURS = 24,  /* for which the last secret is taken */
	APIKEY_KEEP_HOURS_MOST = 168
};

struct apikey {
	const char *id;
	const char *partner_id, *tenant_id; /* whose it is; one is NULL */
	const char *name, *prefix;
	const char *scopes; /* JSON array */
	const char *created_by, *created_at, *updated_at;
	const char *expires_at;     /* NULL: never */
	const char *last_used_at;   /* to the minute; NULL: never */
	const char *revoked_at;     /* NULL: it was not */
	const char *previous_until; /* NULL: the secret alone is taken */
	const char *secret;         /* shown, when it was just made; else NULL */
	int64_t version;
	bool expired;
};

struct apikey_draft {
	const char *name;
	const char *const *scopes; /* up to a NULL; NULL: all that there are */
	const char *expires_at;    /* RFC 3339; NULL: never */
};

/* Whose keys, and with what. */
struct apikey_site {
	const char *partner_id, *tenant_id; /* one of them */
	const char *address;                /* the caller's, for the audit */
	struct audit *audit;
	/* What a new key's scopes may be at most, up to a NULL: those of whoever makes
	 * it. NULL: all that keys of that owner may have. */
	const char *const *most;
};

/* When what is made now ends that is good for so many days, as RFC 3339. */
const char *apikey_expiry(struct ctx *cx, int64_t days);

/* -- each in a transaction of its own -- */
enum err apikey_show(struct ctx *cx, struct db *db, const struct apikey_site *site,
    const char *id, struct apikey *out) MUST_CHECK;
struct apikey_page {
	const char *after; /* an id; NULL: from the first */
	int limit;
	struct apikey *list; /* the answer, in the order of ids: `count` of them */
	int count;
};
/* Also those that are not in force. */
enum err apikeys_list(struct ctx *cx, struct db *db, const struct apikey_site *site,
    struct apikey_page *page) MUST_CHECK;

/* -- inside a transaction in the management context -- */
/* Notes that a key is in use, unless it was noted in this minute, or somebody is
 * changing the key: it waits for nobody. */
enum err apikey_note_use(struct ctx *cx, struct db *db, const char *id) MUST_CHECK;

/* -- inside a transaction, in the context of whose it is: a partner's is management --
 */
/* The same as apikey_show(), held until the transaction ends. */
enum err apikey_hold(struct ctx *cx, struct db *db, const struct apikey_site *site,
    const char *id, struct apikey *out) MUST_CHECK;
/* The owner is there. ERR_CONFLICT when a partner has APIKEYS_MOST; ERR_QUOTA when a
 * tenant has as many as it may. */
enum err apikey_create(struct ctx *cx, struct db *db, const struct apikey_site *site,
    const struct apikey_draft *draft, struct apikey *out) MUST_CHECK;
/* now: as it was held; then as it has become. Scopes stay as they are. */
enum err apikey_update(struct ctx *cx, struct db *db, const struct apikey_site *site,
    const struct apikey_draft *draft, struct apikey *now) MUST_CHECK;
/* The secret before is taken for another keep_hours. */
enum err apikey_rotate(struct ctx *cx, struct db *db, const struct apikey_site *site,
    int keep_hours, struct apikey *now) MUST_CHECK;
/* Nothing for one that was revoked. */
enum err apikey_revoke(struct ctx *cx, struct db *db, const struct apikey_site *site,
    struct apikey *now) MUST_CHECK;

#endif
