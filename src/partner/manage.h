/*
 * manage.h - partners as superusers see to them: made under an id of their choice,
 * changed, suspended and resumed. None is ever removed.
 *
 * A new quota is exact: whoever has reserved some of the old one is done before it is
 * set (partner_reserve()). A partner that has more already keeps what it has.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_NOT_FOUND, told; ERR_INVALID with faults for a wish;
 *           ERR_CONFLICT, told, for an id that is taken.
 */
#ifndef TENANTD_PARTNER_MANAGE_H
#define TENANTD_PARTNER_MANAGE_H

#include "audit/audit.h"
#include "partner/partner.h"

enum {
	PARTNER_ID_MOST = 255,           /* bytes, as many as a token may say */
	PARTNER_NAME_MOST = 255,         /* characters */
	PARTNER_REASON_MOST = 500,       /* characters */
	PARTNER_QUOTA_MOST = 1000000000, /* tenants */
	PARTNER_RATE_MOST = 100000000,   /* requests a minute */
	PARTNER_COUNTED_MOST = 100000    /* tenants are counted no further */
};

/* What is to be; what is NULL is none. */
struct partner_wish {
	const char *id; /* of a new one; NULL: one is made */
	const char *name, *contact_email;
	int64_t tenant_quota;          /* PARTNER_NO_QUOTA */
	int64_t rate_read, rate_write; /* 0: the settings' */
};

/* Who sees to it is cx->actor. */
struct partner_desk {
	const char *address; /* the client's, or "" */
	struct audit *audit;
};

/* -- each in a transaction of its own -- */
enum err partner_show(
    struct ctx *cx, struct db *db, const char *id, struct partner *out) MUST_CHECK;
struct partner_page {
	const char *after;  /* an id; NULL: from the first */
	const char *part;   /* of id, name or address, in any case; NULL: all */
	const char *status; /* NULL: any */
	int limit;
	struct partner *list; /* the answer, in the order of ids */
	int count;
};
enum err partners_list(
    struct ctx *cx, struct db *db, struct partner_page *page) MUST_CHECK;

/* -- inside a transaction in the management context -- */
/* The same as partner_show(), held until the transaction ends. */
enum err partner_hold(
    struct ctx *cx, struct db *db, const char *id, struct partner *out) MUST_CHECK;
enum err partner_create(struct ctx *cx, struct db *db, const struct partner_desk *desk,
    const struct partner_wish *wish, struct partner *out) MUST_CHECK;
struct partner_wish partner_wish_of(const struct partner *now);
/* now: as it was held; then as it has become. */
enum err partner_update(struct ctx *cx, struct db *db, const struct partner_desk *desk,
    const struct partner_wish *wish, struct partner *now) MUST_CHECK;
/* One that is so already stays as it is. reason: NULL: none is given. */
enum err partner_suspend(struct ctx *cx, struct db *db, const struct partner_desk *desk,
    const char *reason, struct partner *now) MUST_CHECK;
enum err partner_resume(struct ctx *cx, struct db *db, const struct partner_desk *desk,
    struct partner *now) MUST_CHECK;

#endif
