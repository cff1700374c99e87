/* record.c - the older route's insert or rename; see onboarding.h. */
#include "flows/onboarding.h"

#include <string.h>

#include "flows/steps.h"

static enum err
check_schema_name(struct ctx *cx, const char *wished, const char *derived)
{
	if (wished == NULL || strcmp(wished, derived) == 0)
		return ERR_OK;
	ctx_fault(cx, "/schemaName", "const", "must be \"%s\"", derived);
	return err_tell(&cx->err, ERR_INVALID,
	    "schemaName must be the one derived from the id, \"%s\"", derived);
}

/* Renames what the caller owns; answers with its row as it stands now. */
static enum err
update(struct ctx *cx, const struct onboarding *ob, const char *number,
    const struct onboarding_record *wish)
{
	struct steps_record record;
	enum err rc = steps_hold_record(cx, ob, number, &record);

	if (rc != ERR_OK)
		return rc;
	if (record.id == NULL)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "the tenant \"%s\" was deleted from the registry", number);
	if (!steps_owns(ob, &record))
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "the tenant \"%s\" is not yours to change", number);
	rc = tenant_check_usable(cx, record.status);
	if (rc == ERR_OK)
		rc = check_schema_name(cx, wish->schema_name, record.schema_name);
	if (rc != ERR_OK)
		return rc;
	rc = tenant_add_member(cx, ob->db, record.id, ob->who.user_id, "owner");
	if (rc != ERR_OK || strcmp(record.name, wish->name) == 0)
		return rc;
	rc = db_queue(cx, ob->db, STMT_tenant_rename, DB_ARGS(number, wish->name));
	if (rc == ERR_OK)
		rc = steps_tell(cx, ob,
		    &(struct steps_news){.audit_event = "TENANT_RENAMED",
			.tenant_id = record.id,
			.details = STEPS_DETAILS(STEPS_TEXT("name", wish->name))});
	return rc;
}

static enum err
read_back(struct ctx *cx, const struct onboarding *ob, const char *number,
    struct onboarding_record *out)
{
	struct steps_record record;
	enum err rc = steps_hold_record(cx, ob, number, &record);

	if (rc == ERR_OK && record.id == NULL)
		rc = err_set(&cx->err, ERR_INTERNAL, "the record could not be read");
	if (rc == ERR_OK)
		*out = (struct onboarding_record){
		    .tenant_id = record.id,
		    .name = record.name,
		    .schema_name = record.schema_name,
		    .owner_id = record.owner_id,
		    .rls_enabled = record.rls_enabled,
		};
	return rc;
}

/* The registry's id of what the wish is about, or NULL: a new one is to be made. */
static const char *
target(const struct look *look, const struct onboarding_record *wish)
{
	if (look->standing == STANDING_MEMBER || look->standing == STANDING_OWNER)
		return wish->tenant_id;
	return wish->tenant_id == NULL ? look->owned_number : NULL;
}

enum err
onboarding_put_record(struct ctx *cx, const struct onboarding *ob,
    const struct onboarding_record *wish, struct onboarding_record *out)
{
	char schema[TENANT_SCHEMA_SIZE];
	const char *number, *id;
	struct look look;
	enum err rc = steps_lock_and_look(cx, ob, wish->tenant_id, &look);

	if (rc == ERR_OK)
		rc = steps_check_asked(cx, &look, wish->tenant_id);
	if (rc != ERR_OK)
		return rc;
	if ((number = target(&look, wish)) != NULL) {
		if (look.owned_number != NULL)
			rc = steps_adopt(cx, ob, &look, &id);
		if (rc == ERR_OK)
			rc = update(cx, ob, number, wish);
		return rc == ERR_OK ? read_back(cx, ob, number, out) : rc;
	}
	if (look.has_tenant || look.owned_number != NULL)
		return err_tell(
		    &cx->err, ERR_CONFLICT, "you have a tenant of your own already");
	number = look.new_id;
	if (number != NULL) {
		tenant_schema_name(schema, number);
		rc = check_schema_name(cx, wish->schema_name, schema);
	}
	if (rc == ERR_OK)
		rc = steps_create(cx, ob,
		    &(struct tenant_draft){.id = number,
			.name = wish->name,
			.owner_id = ob->who.user_id,
			.slug = look.new_slug,
			.plan = "free",
			.billing_cycle = "monthly"});
	return rc == ERR_OK ? read_back(cx, ob, number, out) : rc;
}
