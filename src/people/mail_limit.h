/*
 * mail_limit.h - how much mail anybody may have sent to an address by asking for it.
 *
 * For one purpose, within an hour: MAIL_LIMIT_CLIENT to one address that one client
 * asks for, MAIL_LIMIT_ADDRESS to it by whomever. The first keeps one client from using
 * up what the owner of the address needs; the second keeps a mailbox from being flooded
 * by many. Purposes are counted apart: who asks for one mail again and again does not
 * keep another from being sent.
 *
 * Beside that, one network may ask for MAIL_LIMIT_NETWORK mails to whomever, of any of
 * the purposes that nobody has to sign in for: who has many addresses to write to does
 * not make us write to all of them. A client counts as the network that it is in
 * (throttle_network()).
 *
 * Owner:    the database, for all processes together.
 * Lifetime: counts go a day after the last mail.
 * Threads:  one.
 * Failure:  as db.h; ERR_RATE_LIMITED, told, from mail_limit_enter().
 */
#ifndef TENANTD_PEOPLE_MAIL_LIMIT_H
#define TENANTD_PEOPLE_MAIL_LIMIT_H

#include <stdbool.h>

#include "base/ctx.h"
#include "db/db.h"

enum {
	MAIL_LIMIT_CLIENT = 3,
	MAIL_LIMIT_ADDRESS = 10,
	MAIL_LIMIT_NETWORK = 20,
	MAIL_LIMIT_S = 3600
};

#define MAIL_LIMIT_VERIFICATION "verification"
#define MAIL_LIMIT_RESET        "reset"
#define MAIL_LIMIT_TAKEN        "taken"
#define MAIL_LIMIT_FREE         "free" /* no mail: as much work as "taken" */
#define MAIL_LIMIT_INVITATION   "invitation"

struct mail_limit {
	const char *purpose;
	const char *email;  /* of any case of letters */
	const char *client; /* the address that asks */
};

/* In a transaction of its own: counts one more mail that a client asks for, whoever it
 * is to and whatever becomes of it. */
enum err mail_limit_enter(struct ctx *cx, struct db *db, const char *client) MUST_CHECK;

/* Inside a transaction in the management context: counts one more, if it is allowed. */
enum err mail_limit_take(struct ctx *cx, struct db *db, const struct mail_limit *l,
    bool *allowed) MUST_CHECK;
/* The same for a mail of which one an hour is enough, whoever is its cause. */
enum err mail_limit_take_only(struct ctx *cx, struct db *db, const struct mail_limit *l,
    bool *allowed) MUST_CHECK;

#endif
