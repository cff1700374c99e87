/*
 * users.h - users as administrators see to them: made, looked up, promoted and
 * demoted, assigned to a tenant, deactivated.
 *
 * There is always an active superuser: the last one is neither demoted nor deactivated.
 * Who deactivates a user ends their sessions: the database sees to that.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_NOT_FOUND, told, for a user that there is not; ERR_INVALID
 *           with faults for what is not given right; ERR_CONFLICT, told, for an address
 *           that somebody has in any case of letters, a tenant that may not be used,
 *           and the last superuser.
 */
#ifndef TENANTD_FLOWS_USERS_H
#define TENANTD_FLOWS_USERS_H

#include "audit/audit.h"
#include "people/hash.h"
#include "people/user.h"

enum { USER_PASSWORD_LEAST = 12, USER_NAME_MOST = 255 }; /* characters */

/* Who sees to it, and with what; who it is is cx->actor. */
struct user_desk {
	const char *address; /* the client's, or "" */
	struct audit *audit;
	struct slots *hashes; /* for hash.h; NULL: without a bound */
};

/* -- each in a transaction of its own -- */
/* name: their id, else their address. */
enum err user_named(
    struct ctx *cx, struct db *db, const char *name, struct user *out) MUST_CHECK;
enum user_filter { USER_FILTER_NONE, USER_FILTER_YES, USER_FILTER_NO };
struct user_page {
	const char *after;  /* an address in lower case; NULL: from the first */
	const char *part;   /* of address or name, in any case; NULL: all */
	const char *tenant; /* id of the one they are assigned to; NULL: any */
	enum user_filter superusers, active;
	int limit;
	struct user *list; /* the answer, in the order of addresses */
	const char *last;  /* address of the last but `spare`, in lower case */
	int count, spare;
};
enum err users_list(struct ctx *cx, struct db *db, struct user_page *page) MUST_CHECK;

struct user_draft {
	const char *email;    /* known to be theirs; stored as given */
	const char *name;     /* NULL: not known */
	const char *tenant;   /* id or slug of the tenant they belong to; NULL: none */
	const char *password; /* password_n bytes; the caller cleanses it. NULL: none */
	size_t password_n;
	bool superuser;
	/* As an operator may: a password of USER_PASSWORD_LEAST characters, or as many
	 * as the tenant's policy asks, will do, and so will a tenant that may not be
	 * used today; one that is not there is ERR_NOT_FOUND. */
	bool trusted;
};
/* Makes a user; *id is a new UUID, version 4. */
enum err user_create(struct ctx *cx, struct db *db, const struct user_desk *desk,
    const struct user_draft *d, const char **id) MUST_CHECK;

/* -- inside a transaction of an actor in the management context -- */
/* As user_named(), held until the transaction ends. */
enum err user_named_hold(
    struct ctx *cx, struct db *db, const char *name, struct user *out) MUST_CHECK;
/* What is to be; what is NULL is none. */
struct user_wish {
	const char *name;
	const char *tenant; /* id or slug */
	bool superuser, active;
};
struct user_wish user_wish_of(const struct user *now);
/* now: as it was held; then as it has become. */
enum err user_change(struct ctx *cx, struct db *db, const struct user_desk *desk,
    const struct user_wish *wish, struct user *now) MUST_CHECK;

/* What is written down of one. */
enum err user_write_down(struct ctx *cx, struct db *db, const struct user_desk *desk,
    const char *event, const struct user *u) MUST_CHECK;

#endif
