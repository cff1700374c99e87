/* steps.c - see steps.h. */
#include "flows/steps.h"

#include <string.h>

#include "audit/audit.h"
#include "jobs/job.h"
#include "json/json.h"

enum { OWN_IDS = 8, TRIES = 3, PAYLOAD_MAX = 16 * 1024 };

static enum standing
standing_of(const char *word)
{
	static const char *const words[] = {
	    [STANDING_MEMBER] = "member",
	    [STANDING_OWNER] = "owner",
	    [STANDING_TAKEN] = "taken",
	    [STANDING_FREE] = "free",
	};

	for (int i = STANDING_MEMBER; word != NULL && i <= STANDING_FREE; i++)
		if (strcmp(words[i], word) == 0)
			return (enum standing)i;
	return STANDING_NONE;
}

/* "{uuid,uuid,…}": UUIDv5 of the user id, then of "id#2", "id#3", … */
static const char *
own_ids(struct ctx *cx, struct uuid ns, const char *user_id)
{
	struct buf list;
	char text[UUID_TEXT_SIZE];

	buf_init(&list, cx->mem, OWN_IDS * UUID_TEXT_SIZE + 2);
	for (int i = 1; i <= OWN_IDS; i++) {
		const char *name = i == 1 ? user_id
					  : arena_printf(cx->mem, "%s#%d", user_id, i);

		uuid_text(text, uuid_named(ns, name, strlen(name)));
		buf_putc(&list, i == 1 ? '{' : ',');
		buf_puts(&list, text);
	}
	buf_putc(&list, '}');
	return buf_text(&list);
}

enum err
steps_lock_and_look(struct ctx *cx, struct db *db,
    const struct onboarding_settings *settings, const char *user_id, const char *asked,
    struct look *out)
{
	struct db_rows *rows;
	enum err rc = db_queue(cx, db, STMT_onboarding_lock, DB_ARGS(user_id));

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_onboarding_look,
		    DB_ARGS(user_id, asked,
			own_ids(cx, settings->tenant_namespace, user_id)),
		    &rows);
	if (rc != ERR_OK)
		return rc;
	*out = (struct look){
	    .standing = standing_of(db_text(rows, 0, 0)),
	    .asked_id = db_text(rows, 0, 1),
	    .has_tenant = db_bool(rows, 0, 2),
	    .owned_number = db_text(rows, 0, 3),
	    .owned_id = db_text(rows, 0, 4),
	    .own_id = db_text(rows, 0, 5),
	    .new_id = db_text(rows, 0, 6),
	    .new_slug = db_text(rows, 0, 7),
	};
	return ERR_OK;
}

/* One text for all refusals: what is free and what is taken is nobody's business. */
enum err
steps_check_asked(struct ctx *cx, const struct look *look, const char *asked)
{
	struct uuid id;
	bool usable = true;

	if (look->standing == STANDING_TAKEN)
		usable = false;
	else if (look->standing == STANDING_FREE)
		usable = (uuid_from_text(slice_of(asked), &id) &&
			     uuid_version(id) == 4) ||
		    (look->own_id != NULL && strcmp(look->own_id, asked) == 0);
	if (!usable)
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "the tenant id \"%s\" is not yours to use", asked);
	return ERR_OK;
}

enum err
steps_tell(struct ctx *cx, struct db *db, const struct onboarding_caller *who,
    const struct steps_news *news)
{
	enum err rc = event_append(cx, db,
	    &(struct event){.kind = news->kind,
		.tenant_id = news->tenant_id,
		.actor = who->user_id,
		.payload = news->details});

	if (rc == ERR_OK)
		rc = audit_append(cx, db,
		    &(struct audit_entry){.event = news->audit_event,
			.severity = AUDIT_HIGH,
			.actor = who->user_id,
			.tenant_id = news->tenant_id,
			.address = who->address,
			.details = news->details});
	if (rc == ERR_OK)
		rc = job_append(
		    cx, db, JOB_COGNITO_ATTRIBUTES, news->tenant_id, news->details);
	return rc;
}

static const char *
creation_details(struct ctx *cx, const struct tenant_draft *d)
{
	struct buf text;
	struct json_out o;

	buf_init(&text, cx->mem, PAYLOAD_MAX);
	json_out_init(&o, &text);
	json_open_object(&o);
	json_member_text(&o, "tenantId", d->id);
	json_member_text(&o, "userId", d->owner_id);
	json_member_text(&o, "createdBy", d->owner_id);
	json_member_text(&o, "name", d->name);
	json_member_text(&o, "slug", d->slug);
	json_member_text(&o, "status", "active");
	json_member_text(&o, "onboardingStatus", "pending");
	json_name(&o, "configuration");
	json_open_object(&o);
	json_member_text(&o, "planId", d->plan);
	json_member_text(&o, "billingCycle", d->billing_cycle);
	json_close_object(&o);
	json_close_object(&o);
	return buf_text(&text);
}

enum err
steps_create(struct ctx *cx, struct db *db, const struct onboarding_settings *settings,
    const struct onboarding_caller *who, const struct tenant_draft *draft)
{
	enum err rc = tenant_create(cx, db, draft, settings->create_schemas);

	if (rc == ERR_OK)
		rc = tenant_add_member(cx, db, draft->id, who->user_id, "owner");
	if (rc == ERR_OK)
		rc = steps_tell(cx, db, who,
		    &(struct steps_news){.kind = EVENT_TENANT_CREATED,
			.audit_event = "TENANT_CREATED",
			.tenant_id = draft->id,
			.details = creation_details(cx, draft)});
	return rc;
}

/* The twin of a row that others wrote should be there; if its making failed, now it is time. */
static enum err
adopt(struct ctx *cx, struct db *db, const struct look *look, const char **tenant_id)
{
	struct db_rows *rows;
	enum err rc;

	*tenant_id = look->owned_id;
	if (*tenant_id != NULL)
		return ERR_OK;
	rc = db_query(cx, db, STMT_tenant_adopt, DB_ARGS(look->owned_number), &rows);
	if (rc == ERR_OK)
		*tenant_id = look->owned_number;
	return rc;
}

static const char *
membership_details(struct ctx *cx, const char *tenant_id, const char *user_id)
{
	struct buf text;
	struct json_out o;

	buf_init(&text, cx->mem, PAYLOAD_MAX);
	json_out_init(&o, &text);
	json_open_object(&o);
	json_member_text(&o, "tenantId", tenant_id);
	json_member_text(&o, "userId", user_id);
	json_member_text(&o, "role", "owner");
	json_close_object(&o);
	return buf_text(&text);
}

enum err
steps_associate(struct ctx *cx, struct db *db, const struct onboarding_caller *who,
    const struct look *look, const char **tenant_id)
{
	enum err rc = adopt(cx, db, look, tenant_id);

	if (rc == ERR_OK)
		rc = tenant_add_member(cx, db, *tenant_id, who->user_id, "owner");
	if (rc == ERR_OK)
		rc = steps_tell(cx, db, who,
		    &(struct steps_news){.kind = EVENT_MEMBERSHIP_CREATED,
			.audit_event = "MEMBERSHIP_CREATED",
			.tenant_id = *tenant_id,
			.details = membership_details(cx, *tenant_id, who->user_id)});
	return rc;
}

enum err
steps_transaction(struct ctx *cx, struct db *db, db_transaction_fn *fn, void *arg)
{
	enum err rc = ERR_OK;

	for (int i = 0; i < TRIES; i++) {
		ctx_clear(cx);
		rc = db_transaction(cx, db, DB_MANAGEMENT, fn, arg);
		if (rc != ERR_CONFLICT || strcmp(cx->err.sqlstate, "23505") != 0)
			break;
	}
	return rc;
}
