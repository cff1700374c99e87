/*
 * token_findings.h - why a token is taken or refused, as findings: first what it says
 * itself, all of it and not only what is wrong first, then what the database says of
 * whom it speaks of. What is decided is decided in auth/; here it is explained.
 *
 * Owner:    the command.
 * Lifetime: of the command.
 * Threads:  one.
 * Failure:  none: what fails is a finding.
 */
#ifndef TENANTD_CLI_TOKEN_FINDINGS_H
#define TENANTD_CLI_TOKEN_FINDINGS_H

#include "auth/auth.h"
#include "cli/doctor.h"

/* Whom a token speaks of, believed or not. */
struct token_subject {
	const char *user_id, *tenant_id; /* NULL: it does not say, or not readably */
	bool own;                        /* it is one of ours, or claims to be */
};

/* d->conf: the settings it is judged by. */
void token_find_form(struct doctor *d, const char *token, struct token_subject *out);
/* d->db: what it is asked of. */
void token_find_state(struct doctor *d, const struct token_subject *s);

#endif
