/*
 * client.h - the OAuth clients of a tenant: machines, which show an id and a secret
 * where people show an address and a password (RFC 6749 2.3.1, 4.4).
 *
 * An id is "tdc_" and 32 hexadecimal digits, a secret what crypto/opaque.h makes. The
 * database has its digest alone: it is shown once. After a rotation the secret before
 * is taken for a while, so that whoever uses it can change over. A client that was
 * revoked stays, to be seen, and is never in force again.
 *
 * Scopes are "read", "write", "delete" and "admin", and are the tenant's.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  that of db.h; ERR_NOT_FOUND, told, for one that is not there or another
 *           tenant's; ERR_CONFLICT, told, for a change of one that was revoked.
 */
#ifndef TENANTD_CLIENT_CLIENT_H
#define TENANTD_CLIENT_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/audit.h"
#include "db/db.h"

#define CLIENT_ID_PREFIX "tdc_"

enum {
	CLIENT_ID_SIZE = 37,   /* with NUL */
	CLIENT_KEEP_HOURS = 24 /* for which the last secret is taken after a rotation */
};

struct client {
	const char *id, *tenant_id, *name;
	const char *scopes; /* JSON array */
	const char *created_by, *created_at, *updated_at;
	const char *last_used_at;   /* to the minute; NULL: never */
	const char *revoked_at;     /* NULL: it is in force */
	const char *previous_until; /* NULL: the secret alone is taken */
	const char *secret;         /* shown, when it was just made; else NULL */
	int64_t version;
	/* only of client_authenticate(); else NULL and false */
	const char *tenant_name, *tenant_status;
	bool stale; /* its use in this minute was not noted yet */
};

struct client_draft {
	const char *name, *scopes;
};

/* For whom, and with what. */
struct client_site {
	const char *tenant_id;
	const char *address; /* the caller's, for the audit */
	struct audit *audit;
};

/* Whether a text has the form of an id. */
bool client_is_id(const char *text);

/* -- each in a transaction of its own -- */
enum err client_show(struct ctx *cx, struct db *db, const struct client_site *site,
    const char *id, struct client *out) MUST_CHECK;
struct client_page {
	const char *after; /* an id; NULL: from the first */
	int limit;
	struct client *list; /* the answer, in the order of ids: `count` of them */
	int count;
};
/* The revoked ones, too. */
enum err clients_list(struct ctx *cx, struct db *db, const struct client_site *site,
    struct client_page *page) MUST_CHECK;

/* What a machine shows. */
struct client_credentials {
	const char *id, *secret;
};
/*
 * Whether the secret is that client's, and it is in force. It takes as long for an id
 * that nobody has (then out->id is NULL), and compares in constant time. What the
 * client's tenant allows is for the caller to ask: out->tenant_status.
 */
enum err client_authenticate(struct ctx *cx, struct db *db,
    const struct client_credentials *shown, struct client *out, bool *ok) MUST_CHECK;

/* May this client do that, in that tenant? */
struct client_question {
	const char *id;
	const char *tenant; /* id, slug or a slug it had; NULL: the client's own */
	const char *scope;
};
struct client_reach {
	const char *tenant_id, *status; /* the client's own; NULL: it is not in force */
	bool named;                     /* it is the tenant in question */
	bool scope;                     /* the client has it today */
	const char *scopes;             /* all that it has today, as words */
};
/* Read at each request, so that revoking and narrowing act at once. */
enum err client_reach(struct ctx *cx, struct db *db, const struct client_question *q,
    struct client_reach *out) MUST_CHECK;

/* -- inside a transaction, in the management context -- */
/* Notes that who was authenticated is in use; nothing is written twice in a minute. */
enum err client_note_use(
    struct ctx *cx, struct db *db, const struct client *c) MUST_CHECK;

/* -- inside a transaction, in the tenant's context -- */
/* The same as client_show(), held until the transaction ends. */
enum err client_hold(struct ctx *cx, struct db *db, const struct client_site *site,
    const char *id, struct client *out) MUST_CHECK;
/* ERR_QUOTA when there are as many as the tenant may have. */
enum err client_create(struct ctx *cx, struct db *db, const struct client_site *site,
    const struct client_draft *draft, struct client *out) MUST_CHECK;
/* now: as it was held; then as it has become. */
enum err client_update(struct ctx *cx, struct db *db, const struct client_site *site,
    const struct client_draft *draft, struct client *now) MUST_CHECK;
/* The secret before is taken for another keep_hours. */
enum err client_rotate(struct ctx *cx, struct db *db, const struct client_site *site,
    int keep_hours, struct client *now) MUST_CHECK;
/* Nothing for one that was revoked. */
enum err client_revoke(struct ctx *cx, struct db *db, const struct client_site *site,
    struct client *now) MUST_CHECK;

#endif
