/* audit.c - see audit.h. */
#include "audit/audit.h"

#include <assert.h>
#include <string.h>

#include "audit/keys.h"
#include "audit/redact.h"
#include "base/id.h"

static const char *const severities[AUDIT_COUNT] = {
    [AUDIT_LOW] = "low",
    [AUDIT_MEDIUM] = "medium",
    [AUDIT_HIGH] = "high",
};

const char *
audit_severity_name(enum audit_severity s)
{
	assert(s > AUDIT_UNSET && s < AUDIT_COUNT);
	return severities[s];
}

enum audit_severity
audit_severity_of(const char *name)
{
	for (int i = AUDIT_UNSET + 1; i < AUDIT_COUNT; i++)
		if (strcmp(severities[i], name) == 0)
			return (enum audit_severity)i;
	return AUDIT_UNSET;
}

bool
audit_is_ready(const struct audit *log)
{
	return log->known;
}

static enum err
need_keys(struct ctx *cx, struct db *db, void *arg)
{
	const struct audit_keys *keys;

	return audit_keys_need(cx, arg, db, &keys);
}

enum err
audit_get_ready(struct ctx *cx, struct audit *log, struct db *db)
{
	enum err rc = ERR_OK;

	/* the first may make the key, the second then finds it */
	for (int i = 0; i < 2 && rc == ERR_OK && !log->known; i++)
		rc = db_transaction(cx, db, DB_MANAGEMENT, need_keys, log);
	return rc;
}

enum err
audit_make(struct ctx *cx, struct audit *log, struct db *db,
    const struct audit_entry *a, struct audit_made *out)
{
	const struct audit_time now =
	    audit_time_of(a->at_ms != 0 ? a->at_ms : clock_wall_ms());
	const struct audit_keys *keys;
	char *entry = arena_alloc(cx->mem, UUID_TEXT_SIZE);
	char *mac = arena_alloc(cx->mem, AUDIT_MAC_SIZE);
	const char *details;
	enum err rc = audit_keys_need(cx, log, db, &keys);

	if (rc == ERR_OK)
		rc = audit_redact(cx, a->details, &details);
	if (rc != ERR_OK)
		return rc;
	uuid_text(entry, uuid_random());
	audit_row_mac(mac, keys,
	    &(struct audit_content){{
		[AUDIT_ENTRY] = entry,
		[AUDIT_EVENT] = a->event,
		[AUDIT_SEVERITY] = audit_severity_name(a->severity),
		[AUDIT_ACTOR] = a->actor,
		[AUDIT_TENANT] = a->tenant_id,
		[AUDIT_REQUEST] = cx->request_id,
		[AUDIT_ADDRESS] = a->address,
		[AUDIT_EPOCH] = now.epoch,
		[AUDIT_DETAILS] = details,
	    }});
	*out = (struct audit_made){.entry = entry,
	    .severity = audit_severity_name(a->severity),
	    .time = arena_strdup(cx->mem, now.text),
	    .details = details,
	    .mac = mac};
	return ERR_OK;
}

enum err
audit_append(
    struct ctx *cx, struct audit *log, struct db *db, const struct audit_entry *a)
{
	struct audit_made made;
	enum err rc = audit_make(cx, log, db, a, &made);

	if (rc != ERR_OK)
		return rc;
	return db_queue(cx, db, STMT_audit_append,
	    DB_ARGS(made.entry, a->event, made.severity, a->actor, a->tenant_id,
		cx->request_id, a->address, made.time, made.details, made.mac));
}
