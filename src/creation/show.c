/* show.c - see show.h. */
#include "creation/show.h"

#include <stdio.h>
#include <string.h>

#include "creation/engine.h"

static const char *const sums_called[CREATION_GROUP_COUNT] = {
    [CREATION_GROUP_DATABASE] = "databaseCreationMs",
    [CREATION_GROUP_RESOURCES] = "resourceInitializationMs",
    [CREATION_GROUP_CONFIGURATION] = "configurationMs",
};

const char *
creation_group_name(enum creation_group group)
{
	static const char *const names[CREATION_GROUP_COUNT] = {
	    [CREATION_GROUP_OVERALL] = "overall",
	    [CREATION_GROUP_DATABASE] = "database",
	    [CREATION_GROUP_RESOURCES] = "resources",
	    [CREATION_GROUP_CONFIGURATION] = "configuration",
	};

	return names[group];
}

/* One that an earlier version of this program had is of no group. */
static enum creation_group
group_of(const char *step)
{
	for (int i = 0; i < creation_step_count; i++)
		if (strcmp(creation_steps[i].name, step) == 0)
			return creation_steps[i].group;
	return CREATION_GROUP_OVERALL;
}

enum err
creation_show(
    struct ctx *cx, struct db *db, const char *operation_id, struct creation_shown *out)
{
	enum err rc = operation_show(cx, db, operation_id, &out->operation);

	return rc == ERR_OK
	    ? operation_steps(cx, db, operation_id, &out->steps, &out->step_count)
	    : rc;
}

static int
step_named(const char *name)
{
	int i = 0;

	while (i < creation_step_count && strcmp(creation_steps[i].name, name) != 0)
		i++;
	return i;
}

enum err
creation_measure(struct ctx *cx, struct db *db, const char *operation_id,
    struct scoreboard *board, int slot)
{
	struct db_rows *rows;
	enum err rc = db_read(
	    cx, db, DB_MANAGEMENT, DB_CALL(STMT_creation_measure, operation_id), &rows);

	for (int i = 0; rc == ERR_OK && i < db_row_count(rows); i++) {
		const char *step = db_text(rows, i, 0);

		scoreboard_step(board, slot,
		    step != NULL ? step_named(step) : creation_step_count,
		    db_i64(rows, i, 1));
	}
	return rc;
}

/* Milliseconds with three digits behind the point. */
static void
put_ms(struct json_out *o, const char *name, int64_t us)
{
	char text[40];

	snprintf(
	    text, sizeof(text), "%lld.%03d", (long long)(us / 1000), (int)(us % 1000));
	json_member_raw(o, name, us >= 0 ? text : NULL);
}

static void
put_step(struct json_out *o, const struct operation_step *s)
{
	json_open_object(o);
	json_member_text(o, "name", s->name);
	json_member_text(o, "state", operation_step_state_name(s->state));
	json_member_i64(o, "attempts", s->attempts);
	json_member_text(o, "note", s->note);
	json_member_text(o, "error", s->error);
	json_member_text(o, "startedAt", s->started_at);
	json_member_text(o, "endedAt", s->ended_at);
	put_ms(o, "durationMs", s->duration_us);
	json_close_object(o);
}

static void
put_steps(struct json_out *o, const struct creation_shown *s)
{
	int64_t sums[CREATION_GROUP_COUNT] = {0};

	json_name(o, "steps");
	json_open_array(o);
	for (int i = 0; i < s->step_count; i++) {
		put_step(o, &s->steps[i]);
		if (s->steps[i].duration_us > 0)
			sums[group_of(s->steps[i].name)] += s->steps[i].duration_us;
	}
	json_close_array(o);
	json_name(o, "timing");
	json_open_object(o);
	for (int g = CREATION_GROUP_DATABASE; g < CREATION_GROUP_COUNT; g++)
		put_ms(o, sums_called[g], sums[g]);
	put_ms(o, "overallMs", s->operation.duration_us);
	json_close_object(o);
}

static void
put_members(struct json_out *o, const struct operation *op)
{
	json_member_text(o, "id", op->id);
	json_member_text(o, "kind", op->kind);
	json_member_text(o, "tenantId", op->tenant_id);
	json_member_text(o, "state", operation_state_name(op->state));
	json_member_text(o, "onFailure", op->on_failure);
	json_member_raw(o, "request", op->request);
	json_member_text(o, "requestedBy", op->requested_by);
	json_member_i64(o, "attempts", op->attempts);
	json_member_text(o, "error", op->error);
	json_member_text(o, "errorStep", op->error_step);
	json_member_text(o, "errorCode", op->error_code);
	json_member_text(o, "rollbackError", op->undo_error);
	json_member_text(o, "cancelledBy", op->cancelled_by);
	json_member_bool(o, "hasSecrets", op->has_secrets);
	json_member_text(o, "runAt", op->run_at);
	json_member_text(o, "committedAt", op->committed_at);
	json_member_text(o, "endedAt", op->ended_at);
	json_member_text(o, "createdAt", op->created_at);
	json_member_text(o, "updatedAt", op->updated_at);
	json_member_i64(o, "version", op->version);
}

void
creation_put_operation(struct json_out *o, const struct operation *op)
{
	json_open_object(o);
	put_members(o, op);
	json_close_object(o);
}

void
creation_put(struct json_out *o, const struct creation_shown *s)
{
	json_open_object(o);
	put_members(o, &s->operation);
	put_steps(o, s);
	json_close_object(o);
}

enum err
creation_put_tenant(
    struct ctx *cx, struct db *db, const char *tenant_id, struct json_out *o)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_creation_tenant_show, tenant_id), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_NOT_FOUND, "there is no such tenant");
	if (rc != ERR_OK)
		return rc;
	json_member_text(o, "id", db_text(rows, 0, 0));
	json_member_text(o, "name", db_text(rows, 0, 1));
	json_member_text(o, "slug", db_text(rows, 0, 2));
	json_member_text(o, "status", db_text(rows, 0, 3));
	json_member_text(o, "statusReason", db_text(rows, 0, 4));
	json_member_text(o, "onboardingStatus", db_text(rows, 0, 5));
	json_member_text(o, "isolation", db_text(rows, 0, 6));
	json_member_text(o, "planId", db_text(rows, 0, 7));
	json_member_text(o, "billingCycle", db_text(rows, 0, 8));
	json_member_raw(o, "features", db_text(rows, 0, 9));
	json_member_text(o, "createdAt", db_text(rows, 0, 10));
	json_member_text(o, "updatedAt", db_text(rows, 0, 11));
	json_member_i64(o, "version", db_i64(rows, 0, 12));
	return ERR_OK;
}
