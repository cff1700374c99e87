/* steps.c - see steps.h. */
#include "flows/steps.h"

#include <string.h>

#include "audit/audit.h"
#include "base/email.h"
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
		const char *name =
		    i == 1 ? user_id : arena_printf(cx->mem, "%s#%d", user_id, i);

		uuid_text(text, uuid_named(ns, name, strlen(name)));
		buf_putc(&list, i == 1 ? '{' : ',');
		buf_puts(&list, text);
	}
	buf_putc(&list, '}');
	return buf_text(&list);
}

/* "tenant-" and the first 12 hexadecimal digits: what onboarding_look makes, too. */
static const char *
short_slug(struct ctx *cx, const char *id)
{
	return arena_printf(cx->mem, "tenant-%.8s%.4s", id, id + 9);
}

/* Whether this is a user's very first call, of whom nothing is known. */
static enum err
look_for_anything(
    struct ctx *cx, const struct onboarding *ob, struct look *out, bool *vacant)
{
	const char *user_id = ob->who.user_id;
	char *id = arena_alloc(cx->mem, UUID_TEXT_SIZE);
	struct db_rows *rows;
	enum err rc;

	uuid_text(
	    id, uuid_named(ob->settings->tenant_namespace, user_id, strlen(user_id)));
	*out =
	    (struct look){.own_id = id, .new_id = id, .new_slug = short_slug(cx, id)};
	rc = db_query(cx, ob->db, STMT_onboarding_vacant,
	    DB_ARGS(user_id, id, out->new_slug), &rows);
	*vacant = rc == ERR_OK && db_bool(rows, 0, 0);
	return rc;
}

enum err
steps_lock_and_look(
    struct ctx *cx, const struct onboarding *ob, const char *asked, struct look *out)
{
	const char *user_id = ob->who.user_id;
	struct db_rows *rows;
	bool vacant = false;
	enum err rc = db_queue(cx, ob->db, STMT_onboarding_lock, DB_ARGS(user_id));

	if (rc == ERR_OK && asked == NULL)
		rc = look_for_anything(cx, ob, out, &vacant);
	if (rc != ERR_OK || vacant)
		return rc;
	rc = db_query(cx, ob->db, STMT_onboarding_look,
	    DB_ARGS(
		user_id, asked, own_ids(cx, ob->settings->tenant_namespace, user_id)),
	    &rows);
	if (rc != ERR_OK)
		return rc;
	if (db_bool(rows, 0, 9))
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "you were deactivated here: an administrator can activate you "
		    "again, with PATCH /admin/users");
	*out = (struct look){
	    .standing = standing_of(db_text(rows, 0, 0)),
	    .asked_id = db_text(rows, 0, 1),
	    .has_tenant = db_bool(rows, 0, 2),
	    .owned_number = db_text(rows, 0, 3),
	    .owned_id = db_text(rows, 0, 4),
	    .owned_active = db_bool(rows, 0, 5),
	    .own_id = db_text(rows, 0, 6),
	    .new_id = db_text(rows, 0, 7),
	    .new_slug = db_text(rows, 0, 8),
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
		usable =
		    (uuid_from_text(slice_of(asked), &id) && uuid_version(id) == 4) ||
		    (look->own_id != NULL && strcmp(look->own_id, asked) == 0);
	if (!usable)
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "the tenant id \"%s\" is not yours to use", asked);
	return ERR_OK;
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as a table of ours */
put_details(struct json_out *o, const struct steps_detail *d)
{
	for (; d->name != NULL; d++) {
		if (d->members == NULL) {
			json_member_text(o, d->name, d->text);
			continue;
		}
		json_name(o, d->name);
		json_open_object(o);
		put_details(o, d->members);
		json_close_object(o);
	}
}

static const char *
payload_of(struct ctx *cx, const char *user_id, const struct steps_news *news)
{
	struct buf text;
	struct json_out o;

	buf_init(&text, cx->mem, PAYLOAD_MAX);
	json_out_init(&o, &text);
	json_open_object(&o);
	json_member_text(&o, "tenantId", news->tenant_id);
	json_member_text(&o, "userId", user_id);
	put_details(&o, news->details);
	json_close_object(&o);
	return buf_text(&text);
}

enum err
steps_tell(struct ctx *cx, const struct onboarding *ob, const struct steps_news *news)
{
	const struct onboarding_caller *who = &ob->who;
	const char *payload = payload_of(cx, who->user_id, news);
	enum err rc = ERR_OK;

	if (news->kind != EVENT_UNSET)
		rc = event_append(cx, ob->db,
		    &(struct event){.kind = news->kind,
			.tenant_id = news->tenant_id,
			.payload = payload});
	if (rc == ERR_OK)
		rc = audit_append(cx, ob->audit, ob->db,
		    &(struct audit_entry){.event = news->audit_event,
			.severity = AUDIT_HIGH,
			.actor = who->user_id,
			.tenant_id = news->tenant_id,
			.address = who->address,
			.details = payload});
	return rc;
}

enum err
steps_create(
    struct ctx *cx, const struct onboarding *ob, const struct tenant_draft *draft)
{
	const struct steps_detail *chosen =
	    STEPS_DETAILS(STEPS_TEXT("planId", draft->plan),
		STEPS_TEXT("billingCycle", draft->billing_cycle));
	const char *email = ob->who.email;
	struct tenant_draft made = *draft;
	enum err rc;

	if (draft->id == NULL)
		return err_tell(
		    &cx->err, ERR_CONFLICT, "no tenant id is left that would be yours");
	made.contact_email = email != NULL && email_valid(email) ? email : NULL;
	rc = tenant_create(cx, ob->db, &made, ob->settings->create_schemas);
	if (rc == ERR_OK)
		rc = steps_tell(cx, ob,
		    &(struct steps_news){.audit_event = "TENANT_CREATED",
			.tenant_id = draft->id,
			.details =
			    STEPS_DETAILS(STEPS_TEXT("createdBy", draft->owner_id),
				STEPS_TEXT("name", draft->name),
				STEPS_TEXT("slug", draft->slug),
				STEPS_TEXT("status", "active"),
				STEPS_TEXT("onboardingStatus", "pending"),
				{.name = "configuration", .members = chosen})});
	return rc;
}

/* The twin of a row that others wrote should be there, unless its making failed. */
enum err
steps_adopt(struct ctx *cx, const struct onboarding *ob, const struct look *look,
    const char **tenant_id)
{
	struct db_rows *rows;
	enum err rc;

	*tenant_id = look->owned_id;
	if (look->owned_id != NULL)
		return ERR_OK;
	*tenant_id = look->owned_number;
	rc =
	    db_query(cx, ob->db, STMT_tenant_adopt, DB_ARGS(look->owned_number), &rows);
	if (rc == ERR_OK && db_bool(rows, 0, 0))
		rc = db_queue(
		    cx, ob->db, STMT_tenant_tell_made, DB_ARGS(look->owned_number));
	return rc;
}

enum err
steps_hold_record(struct ctx *cx, const struct onboarding *ob, const char *number,
    struct steps_record *out)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, ob->db, STMT_tenant_record, DB_ARGS(number), &rows);

	*out = (struct steps_record){0};
	if (rc == ERR_OK && db_row_count(rows) == 1)
		*out = (struct steps_record){
		    .id = db_text(rows, 0, 0),
		    .name = db_text(rows, 0, 1),
		    .schema_name = db_text(rows, 0, 2),
		    .owner_id = db_text(rows, 0, 3),
		    .rls_enabled = db_bool(rows, 0, 4),
		    .status = db_text(rows, 0, 5),
		};
	return rc;
}

bool
steps_owns(const struct onboarding *ob, const struct steps_record *record)
{
	return record->owner_id != NULL &&
	    strcmp(record->owner_id, ob->who.user_id) == 0;
}

/* It may have got another owner since it was looked at. */
static enum err
check_still_owned(struct ctx *cx, const struct onboarding *ob, const char *number)
{
	struct steps_record record;
	enum err rc = steps_hold_record(cx, ob, number, &record);

	if (rc == ERR_OK && !steps_owns(ob, &record))
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "the tenant got another owner meanwhile: try again");
	return rc;
}

enum err
steps_associate(struct ctx *cx, const struct onboarding *ob, const struct look *look,
    const char **tenant_id)
{
	enum err rc = steps_adopt(cx, ob, look, tenant_id);

	if (rc == ERR_OK)
		rc = check_still_owned(cx, ob, look->owned_number);
	if (rc == ERR_OK)
		rc =
		    tenant_add_member(cx, ob->db, *tenant_id, ob->who.user_id, "owner");
	if (rc == ERR_OK)
		rc = steps_tell(cx, ob,
		    &(struct steps_news){.kind = EVENT_MEMBERSHIP_CREATED,
			.audit_event = "MEMBERSHIP_CREATED",
			.tenant_id = *tenant_id,
			.details = STEPS_DETAILS(STEPS_TEXT("role", "owner"))});
	return rc;
}

enum err
steps_transaction(struct ctx *cx, struct db *db, const char *context,
    db_transaction_fn *fn, void *arg)
{
	enum err rc = ERR_OK;

	for (int i = 0; i < TRIES; i++) {
		ctx_clear(cx);
		rc = db_transaction(cx, db, context, fn, arg);
		if (rc != ERR_CONFLICT || strcmp(cx->err.sqlstate, "23505") != 0)
			break;
	}
	return rc;
}
