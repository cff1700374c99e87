/*
 * seal.h - the chain: what was committed gets its number and its seal, each over the
 * one before it, and the head says, signed, which is the last.
 *
 * Owner:    the database.
 * Lifetime: a seal is never changed.
 * Threads:  any number of processes: one seals, the others are told so.
 * Failure:  as audit.h; ERR_INTERNAL, too, when the head is not what was signed: then
 *           nothing is sealed any more, and audit_verify() says why.
 */
#ifndef TENANTD_AUDIT_SEAL_H
#define TENANTD_AUDIT_SEAL_H

#include "audit/audit.h"

enum { AUDIT_SEAL_MOST = 500 };

/* In a transaction of its own. *count: rows that were sealed; 0: there are none, or
 * somebody else is at it; AUDIT_SEAL_MOST: there may be more. Once an hour the log
 * gets the head, so that a copy of it is elsewhere. */
enum err audit_seal(
    struct ctx *cx, struct audit *log, struct db *db, int *count) MUST_CHECK;

#endif
