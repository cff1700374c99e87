/*
 * setup.h - from an empty database to a signed-in user with a tenant, in seven steps:
 * settings, database, superuser, tenant, assignment, token, origins. Each is looked at,
 * and done where it is missing, may be changed, and it is known for whom; what it comes
 * to is findings (doctor.h), whose step is its number.
 *
 * Owner:    the command.
 * Lifetime: of the command.
 * Threads:  one.
 * Failure:  none of the steps: what fails is a finding.
 */
#ifndef TENANTD_CLI_SETUP_H
#define TENANTD_CLI_SETUP_H

#include "cli/doctor.h"
#include "people/user.h"

enum setup_step {
	SETUP_SETTINGS = 1,
	SETUP_DATABASE,
	SETUP_SUPERUSER,
	SETUP_TENANT,
	SETUP_ASSIGNMENT,
	SETUP_TOKEN,
	SETUP_ORIGINS,
	SETUP_END
};

struct setup {
	struct cli *c;
	struct doctor d; /* d.conf: NULL until there are settings */
	struct conf *conf;
	bool change;   /* what is missing is to be done */
	bool whole;    /* the settings are all that the server needs */
	bool migrated; /* the database is there, and has its tables */
	const char *admin, *tenant, *tenant_name, *user, *origin; /* NULL: not named */
};

/* setup_settings.c */
void setup_settings(struct setup *s);
void setup_origins(struct setup *s);
/* setup_database.c */
void setup_database(struct setup *s);
/* setup_people.c */
void setup_superuser(struct setup *s);
void setup_tenant(struct setup *s);
void setup_assignment(struct setup *s);
/* setup_token.c */
void setup_token(struct setup *s);

/* -- for the steps -- */
/* Whether the step before is done that this one needs; else a finding says so. */
bool setup_needs_database(struct setup *s, enum way_id way, struct way_names names);

/* setup_do.c: what is done, written down as this command's deed. */
/* known NULL: the user is made, with the password that standard input holds. */
enum err setup_do_superuser(struct setup *s, const struct user *known) MUST_CHECK;
enum err setup_do_tenant(struct setup *s) MUST_CHECK;
enum err setup_do_assignment(struct setup *s, const struct user *user) MUST_CHECK;

#endif
