/*
 * seal.h - the chain: what was committed gets its number and its seal, each over the
 * one before it, and the head says, signed, which is the last.
 *
 * Owner:    the database.
 * Lifetime: a seal is never changed.
 * Threads:  any number of processes: one seals, the others are told so.
 * Failure:  as audit.h; ERR_INTERNAL, too, when the head is gone, is not what was
 *           signed, or is older than one that this process knew: then nothing is sealed
 *           any more, and audit_verify() says why.
 */
#ifndef TENANTD_AUDIT_SEAL_H
#define TENANTD_AUDIT_SEAL_H

#include "audit/audit.h"

enum { AUDIT_SEAL_MOST = 500 };

/* In a transaction of its own. *count: rows that were sealed; 0: there are none, or
 * somebody else is at it; AUDIT_SEAL_MOST: there may be more. When the head moved the
 * log gets it, once a minute, so that a copy of it is elsewhere; an error, when
 * somebody has held it for a minute without moving it. */
enum err audit_seal(
    struct ctx *cx, struct audit *log, struct db *db, int *count) MUST_CHECK;

/* -- inside audit -- */

struct audit_keys;
struct audit_head;

/* In a transaction that holds the head, which is genuine: seals what there is. The
 * head is that of the last row then. */
enum err audit_seal_held(struct ctx *cx, struct db *db, const struct audit_keys *keys,
    struct audit_head *head) MUST_CHECK;

#endif
