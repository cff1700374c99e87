/*
 * doctor.h - what the doctor looks at, and how a check tells what it found; setup and
 * token inspect tell it likewise.
 *
 * Owner:    the command; findings live in its arena.
 * Lifetime: of the command.
 * Threads:  one.
 * Failure:  none: what fails is a finding.
 */
#ifndef TENANTD_CLI_DOCTOR_H
#define TENANTD_CLI_DOCTOR_H

#include "cli/cli.h"
#include "cli/database.h"
#include "cli/ways.h"
#include "json/json.h"

enum {
	DOCTOR_EXIT_BROKEN = 70, /* EX_SOFTWARE */
	DOCTOR_EXIT_MISSING = 75 /* EX_TEMPFAIL */
};

/* From the best to the worst. The doctor itself takes what is missing for broken. */
enum doctor_verdict {
	DOCTOR_OK = 1,
	DOCTOR_DONE, /* it was missing, and is not any more */
	DOCTOR_WARNING,
	DOCTOR_MISSING,
	DOCTOR_BROKEN,
	DOCTOR_COUNT
};

struct doctor_finding {
	struct doctor_finding *next;
	enum doctor_verdict verdict;
	int step; /* of setup; 0: of none */
	const char *check, *text;
	const char *advice; /* NULL: nothing to be done */
	struct ways ways;   /* of doing it by hand */
};

struct doctor {
	struct ctx *cx;
	const struct conf *conf;
	struct db *db;                   /* as the server */
	struct database_identity server; /* once the database was reached */
	const char *check; /* what is looked at: each check names itself first */
	int step;          /* of setup that looks; 0: none */
	struct doctor_finding *first, *last;
	unsigned counts[DOCTOR_COUNT];
};

/* About d->check; advice NULL: nothing to be done. The text is copied. */
void doctor_find(struct doctor *d, enum doctor_verdict verdict, const char *advice,
    const char *fmt, ...) PRINTF_LIKE(4, 5);
/* What cx holds becomes a finding, and cx is cleared. */
void doctor_find_error(struct doctor *d, const char *advice);
/* How what was found last is done by hand. */
void doctor_show_way(struct doctor *d, enum way_id way, struct way_names names);

const char *doctor_verdict_name(enum doctor_verdict verdict);
/* For people: a line for what was found, one for what to do, and one for each way
 * unless all is well. */
void doctor_print(const struct doctor *d, const struct doctor_finding *f, FILE *out);
/* For programs: an object; the step and the ways are members where there are any. */
void doctor_put(struct json_out *o, const struct doctor_finding *f);

/* doctor_settings.c: the settings, once they are there. */
void doctor_check_settings(struct doctor *d);
/* Whether a setting was given, in the file or the environment. */
bool doctor_is_given(const struct doctor *d, enum conf_option_id id);
/* Whether they say which database is meant, by DATABASE_URL or by any of its parts. */
bool doctor_names_database(const struct doctor *d);

/* doctor_database.c: all that needs the database. */
void doctor_check_database(struct doctor *d);
/* Of that: whether it can be reached, as the server and as the owner; d->db. */
bool doctor_reach_database(struct doctor *d);
void doctor_check_owner(struct doctor *d);
void doctor_check_rights(struct doctor *d);

/* doctor_servers.c: database servers and their templates. */
void doctor_check_servers(struct doctor *d);
/* doctor_logins.c: where tenants' login roles may connect to. */
void doctor_check_logins(struct doctor *d);

/* doctor_outside.c: issuers, Cognito, the server's own socket. */
void doctor_check_outside(struct doctor *d);
void doctor_check_socket(struct doctor *d);

/* doctor_stores.c: S3, Redis and STORAGE_DIR, where they are set up. */
void doctor_check_stores(struct doctor *d);

#endif
