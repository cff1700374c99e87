/*
 * throttle.h - guesses at passwords and one-time codes made slow, for every host and
 * process alike, since the database counts.
 *
 * Failures are counted in buckets:
 *
 *   an account from an address   5 are free
 *   an address                  50 are free
 *   an account                 100 are free
 *   a user's one-time codes      5 are free
 *
 * After these each further try has to wait: a second since the last failure, then two,
 * then four, to a quarter of an hour at most. An hour without a failure forgets all.
 * One that is refused for being early is not counted, and puts nothing off.
 *
 * Behind one address there may be a whole company, or a guesser and all others of a
 * provider. So the bucket of an address delays strangers alone, by a minute at most,
 * and forgets a failure for each minute that goes by without one. (That somebody gets
 * it right from there tells nothing: a guesser may have an account as well.)
 *
 * A stranger is who comes from an address from which the user has begun no session for
 * 90 days; so is everybody who has no account.
 *
 * Whoever fails a hundred times on an account from many addresses must not keep its
 * owner out. So that bucket delays strangers alone, by half a minute at most, and each
 * of them by its own clock: it runs from that address's first try or last failure on,
 * whatever others do meanwhile. The clock of one-time codes is common, which takes
 * somebody who knows the password; a new password forgets it (throttle_forget()).
 *
 * A try is counted as a failure before it is judged, so that tries at the same time do
 * not slip by each other, and is taken back when it was none. Accounts that do not
 * exist are counted like those that do. An IPv6 address counts as its /64, which is
 * what one customer has.
 *
 * Owner:    the database; texts live in the arena of the ctx.
 * Lifetime: a throttle: one request; buckets: until their last failure is a day old.
 * Threads:  one.
 * Failure:  as db.h.
 */
#ifndef TENANTD_PEOPLE_THROTTLE_H
#define TENANTD_PEOPLE_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "crypto/digest.h"
#include "db/db.h"

enum throttle_kind {
	THROTTLE_PAIR, /* of account and address */
	THROTTLE_ADDRESS,
	THROTTLE_ACCOUNT,
	THROTTLE_CODE,
	THROTTLE_KIND_COUNT
};
enum { THROTTLE_AT_ONCE = 3, THROTTLE_FORGET_S = 3600, THROTTLE_KNOWN_DAYS = 90 };

struct throttle_who {
	const char *account; /* its e-mail address, in any case of letters */
	const char *user_id; /* NULL: nobody has it */
	const char *address; /* of the client */
};

struct throttle_bucket {
	char key[DIGEST_HEX_SIZE];
	int64_t failures;  /* that are not forgotten, before this try */
	int64_t forgotten; /* the others that were counted */
	int64_t age_ms;    /* since the last of them */
	const char *last_at;
	bool told; /* that one was refused since, to the audit log */
};

/* A try. */
struct throttle {
	struct throttle_bucket buckets[THROTTLE_AT_ONCE];
	int count;
	const char *at; /* when it was counted */
	int64_t wait_s; /* 0: it may be made, and was counted; else: it is refused */
	bool first;     /* the first that is refused since one was made */
};

/* Inside a transaction in the management context, which must be committed also when
 * the try is refused: a try at a password. */
enum err throttle_password(struct ctx *cx, struct db *db,
    const struct throttle_who *who, struct throttle *out) MUST_CHECK;
/* The same for a try at a one-time code. */
enum err throttle_code(struct ctx *cx, struct db *db, const char *user_id,
    struct throttle *out) MUST_CHECK;
/* Inside a transaction in the management context: it was no failure. */
enum err throttle_forgive(
    struct ctx *cx, struct db *db, const struct throttle *t) MUST_CHECK;
/* Likewise, for who has chosen a new password: forgets what was counted for the
 * account, also from this address, and for its one-time codes. */
enum err throttle_forget(
    struct ctx *cx, struct db *db, const struct throttle_who *who) MUST_CHECK;

/* Seconds from the last failure to the next try; failures: so far. */
int64_t throttle_delay_s(enum throttle_kind kind, int64_t failures);
/* What an address counts as. */
const char *throttle_network(struct ctx *cx, const char *address);

#endif
