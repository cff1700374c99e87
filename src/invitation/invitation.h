/*
 * invitation.h - who is asked to join a tenant: tenantd.invitations.
 *
 * An invitation is accepted by a secret that is mailed to the address it is for, by
 * whom that address belongs to; its id opens nothing. It is pending until it is
 * accepted, revoked, or INVITATION_S have passed.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_NOT_FOUND, told, for one that is not there or another
 *           tenant's.
 */
#ifndef TENANTD_INVITATION_INVITATION_H
#define TENANTD_INVITATION_INVITATION_H

#include <stdbool.h>

#include "base/ctx.h"
#include "db/db.h"
#include "json/json.h"

enum { INVITATION_S = 7 * 24 * 3600 };

#define INVITATION_PENDING "pending"

struct invitation {
	const char *id, *tenant_id, *email, *role;
	const char *status;                   /* pending, accepted, revoked, expired */
	const char *invited_by;               /* NULL: not known */
	const char *accepted_by;              /* NULL: nobody */
	const char *created_at, *expires_at;  /* RFC 3339 */
	const char *accepted_at, *revoked_at; /* NULL: it was not */
};

/* Whether there is a status of this name. */
bool invitation_status_known(const char *status);
/* An object of its members; id: what its id is called, "id" or "invitationId". */
void invitation_put(struct json_out *o, const char *id, const struct invitation *i);

/* -- each in a transaction of its own -- */
struct invitation_page {
	const char *tenant_id;
	const char *status; /* NULL: any */
	const char *after;  /* an id; NULL: from the first */
	int limit;
	struct invitation *list; /* the answer, in the order of ids: `count` of them */
	int count;
};
enum err invitations_list(
    struct ctx *cx, struct db *db, struct invitation_page *page) MUST_CHECK;
enum err invitation_show(struct ctx *cx, struct db *db, const char *tenant_id,
    const char *id, struct invitation *out) MUST_CHECK;

/* An invitation as its secret shows it, with its tenant. */
struct invitation_shown {
	struct invitation is;
	const char *tenant_name, *tenant_slug, *tenant_status;
};
enum err invitation_find(struct ctx *cx, struct db *db, const char *digest,
    struct invitation_shown *out, bool *found) MUST_CHECK;

/* -- inside a transaction -- */
/* The same, held until its end; in the management context. */
enum err invitation_find_held(struct ctx *cx, struct db *db, const char *digest,
    struct invitation_shown *out, bool *found) MUST_CHECK;
enum err invitation_hold(struct ctx *cx, struct db *db, const char *tenant_id,
    const char *id, struct invitation *out) MUST_CHECK;

/* What must be known to invite somebody. */
struct invitation_setting {
	const char *tenant_name, *tenant_status;
	const char *inviter; /* name or address of who invites; NULL: not known */
	bool member;         /* the address is a member's */
	bool pending;        /* it has an invitation that is */
};
enum err invitation_look(struct ctx *cx, struct db *db, const char *tenant_id,
    const char *email, struct invitation_setting *out) MUST_CHECK;
/* i: tenant, address and role; the rest is the answer. digest: of its secret. */
enum err invitation_create(
    struct ctx *cx, struct db *db, const char *digest, struct invitation *i) MUST_CHECK;
/* Another secret and its time anew; the one before is void. */
enum err invitation_renew(
    struct ctx *cx, struct db *db, const char *digest, struct invitation *i) MUST_CHECK;
enum err invitation_revoke(
    struct ctx *cx, struct db *db, struct invitation *i) MUST_CHECK;
enum err invitation_accept(struct ctx *cx, struct db *db, const char *user_id,
    const struct invitation *i) MUST_CHECK;

#endif
