/* audit.c - see audit.h. */
#include "audit/audit.h"

#include <assert.h>

static const char *const severities[AUDIT_COUNT] = {
    [AUDIT_LOW] = "low",
    [AUDIT_MEDIUM] = "medium",
    [AUDIT_HIGH] = "high",
};

enum err
audit_append(struct ctx *cx, struct db *db, const struct audit_entry *a)
{
	assert(a->severity > AUDIT_UNSET && a->severity < AUDIT_COUNT);
	return db_queue(cx, db, STMT_audit_append,
	    DB_ARGS(a->event, severities[a->severity], a->actor, a->tenant_id,
		cx->request_id, a->address, a->details));
}
