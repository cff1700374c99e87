/*
 * record.h - a tenant as its partner sees it, and how it is answered.
 *
 * What is not known is absent, not null, so that what was answered fits the schema of
 * what is sent: a GET may be sent back as a PUT.
 *
 * Owner:    the arena of the ctx it was read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  none.
 */
#ifndef TENANTD_PROVISION_RECORD_H
#define TENANTD_PROVISION_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "db/db.h"
#include "provision/draft.h"
#include "json/json.h"

struct provision_record {
	const char *tenant;        /* a UUID, its number in the registry, too */
	struct provision_draft is; /* what its partner says of it */
	const char *slug;
	const char *status, *status_reason;  /* reason NULL: none was given */
	const char *created_at, *updated_at; /* RFC 3339 */
	const char *deactivated_at;          /* NULL: it is not */
	const char *restorable_until;        /* NULL: it cannot be restored */
};

/* How many columns a statement that answers records begins with. */
enum { PROVISION_RECORD_COLUMNS = 14 };

void provision_record_read(
    const struct db_rows *rows, int row, struct provision_record *out);
/* The object. */
void provision_record_put(struct json_out *o, const struct provision_record *r);
/* Its members, into an open object; that of `extra` alone. */
void provision_draft_put(struct json_out *o, const struct provision_draft *d);
void provision_put_extra(struct json_out *o, const char *extra);

#endif
