/*
 * doctor.h - what the doctor looks at, and how a check tells what it found.
 *
 * Owner:    the doctor command; findings live in its arena.
 * Lifetime: of the command.
 * Threads:  one.
 * Failure:  none: what fails is a finding.
 */
#ifndef TENANTD_CLI_DOCTOR_H
#define TENANTD_CLI_DOCTOR_H

#include "cli/cli.h"
#include "cli/database.h"

enum doctor_verdict { DOCTOR_OK = 1, DOCTOR_WARNING, DOCTOR_BROKEN, DOCTOR_COUNT };

struct doctor_finding {
	struct doctor_finding *next;
	enum doctor_verdict verdict;
	const char *check, *text;
	const char *advice; /* NULL: nothing to be done */
};

struct doctor {
	struct ctx *cx;
	const struct conf *conf;
	struct db *db;                   /* as the server */
	struct database_identity server; /* once the database was reached */
	const char *check; /* what is looked at: each check names itself first */
	struct doctor_finding *first, *last;
	unsigned counts[DOCTOR_COUNT];
};

/* About d->check; advice NULL: nothing to be done. The text is copied. */
void doctor_find(struct doctor *d, enum doctor_verdict verdict, const char *advice,
    const char *fmt, ...) PRINTF_LIKE(4, 5);
/* What cx holds becomes a finding, and cx is cleared. */
void doctor_find_error(struct doctor *d, const char *advice);

/* doctor_database.c: all that needs the database. */
void doctor_check_database(struct doctor *d);
/* doctor_outside.c: issuers, Cognito, the server's own socket. */
void doctor_check_outside(struct doctor *d);

#endif
