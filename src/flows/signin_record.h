/*
 * signin_record.h - what signing in and out leaves in the audit log.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: as audit.h.
 * Threads:  one.
 * Failure:  as audit.h.
 */
#ifndef TENANTD_FLOWS_SIGNIN_RECORD_H
#define TENANTD_FLOWS_SIGNIN_RECORD_H

#include "audit/audit.h"

struct signin_record {
	struct audit *audit;
	const char *address;
	const char *user_id;                /* NULL: nobody has the account */
	const char *tenant_id, *session_id; /* NULL: none */
	bool mfa;                           /* a second factor was shown */
};

/* Inside a transaction in the management context, each. */
enum err signin_record_signed_in(
    struct ctx *cx, struct db *db, const struct signin_record *r) MUST_CHECK;
enum err signin_record_failed(struct ctx *cx, struct db *db,
    const struct signin_record *r, const char *reason) MUST_CHECK;
enum err signin_record_throttled(struct ctx *cx, struct db *db,
    const struct signin_record *r, int64_t wait_s) MUST_CHECK;
enum err signin_record_reused(
    struct ctx *cx, struct db *db, const struct signin_record *r) MUST_CHECK;
enum err signin_record_signed_out(
    struct ctx *cx, struct db *db, const struct signin_record *r, bool all) MUST_CHECK;

#endif
