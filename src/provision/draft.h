/*
 * draft.h - what a partner says of a tenant: read out of a body that fits the schema.
 *
 * The schema may be an operator's, with members of its own: these are kept together, as
 * the JSON that they are. What the schema does not name is dropped, and so are names
 * that an answer has for what the server knows itself (record.h).
 *
 * Owner:    texts are the body's, or in the arena that was given.
 * Lifetime: of both.
 * Threads:  one.
 * Failure:  provision_draft_read() none: a body of another form has fewer members.
 *           provision_draft_check() ERR_INVALID.
 */
#ifndef TENANTD_PROVISION_DRAFT_H
#define TENANTD_PROVISION_DRAFT_H

#include <stdbool.h>

#include "json/json.h"
#include "json/schema.h"

enum { PROVISION_EMAIL_MOST = 320, PROVISION_EXTERNAL_ID_MOST = 255 }; /* characters */

struct provision_draft {
	const char *company_name, *email;
	const char *phone_number, *industry, *external_id; /* NULL: not given */
	const char *extra; /* JSON object text: what an operator's schema adds */
};

void provision_draft_read(struct arena *mem, const struct schema *s,
    const struct json *body, struct provision_draft *out);
/* What has to hold whatever an operator's schema says; a fault for each that does not.
 */
enum err provision_draft_check(
    struct ctx *cx, const struct provision_draft *d) MUST_CHECK;
/* The members of answers that no body sets: a schema that names one asks for what
 * nobody can give. Ends with NULL. */
extern const char *const provision_reserved[];

#endif
