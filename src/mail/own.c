/* own.c - see own.h. */
#include "mail/own.h"

#include <string.h>

#include "audit/audit.h"
#include "base/str.h"

/* The columns that email_template_list.sql has. */
static void
read_row(const struct db_rows *rows, int row, struct mail_own *out)
{
	out->version = db_i64(rows, row, 1);
	out->updated_at = db_text(rows, row, 2);
	out->updated_by = db_text(rows, row, 3);
}

/* A row of a mail that there is no more is passed over. */
enum err
mail_own_list(
    struct ctx *cx, struct db *db, const char *tenant_id, struct mail_own *list)
{
	struct db_rows *rows;
	enum err rc = db_read(
	    cx, db, tenant_id, DB_CALL(STMT_email_template_list, tenant_id), &rows);

	memset(list, 0, (size_t)mail_template_count * sizeof(*list));
	for (int i = 0; rc == ERR_OK && i < db_row_count(rows); i++) {
		const struct mail_template *t = mail_template_find(db_text(rows, i, 0));

		if (t != NULL)
			read_row(rows, i, &list[t - mail_templates]);
	}
	return rc;
}

static void
read_found(const struct db_rows *rows, struct mail_own *out)
{
	*out = (struct mail_own){0};
	if (db_row_count(rows) == 0)
		return;
	read_row(rows, 0, out);
	for (int i = 0; i < MAIL_FORM_COUNT; i++)
		out->texts.forms[i] = db_text(rows, 0, 4 + i);
}

enum err
mail_own_read(
    struct ctx *cx, struct db *db, const struct mail_place *p, struct mail_own *out)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, db, p->tenant_id,
	    DB_CALL(STMT_email_template_find, p->tenant_id, p->of->name), &rows);

	if (rc == ERR_OK)
		read_found(rows, out);
	return rc;
}

enum err
mail_own_find(
    struct ctx *cx, struct db *db, const struct mail_place *p, struct mail_own *out)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_email_template_find,
	    DB_ARGS(p->tenant_id, p->of->name), &rows);

	if (rc == ERR_OK)
		read_found(rows, out);
	return rc;
}

/* -- changes -- */

static enum err
audit(struct ctx *cx, struct db *db, const struct mail_place *p, const char *event)
{
	return audit_append(cx, p->audit, db,
	    &(struct audit_entry){.event = event,
		.severity = AUDIT_MEDIUM,
		.actor = cx->actor,
		.tenant_id = p->tenant_id,
		.address = p->address,
		.details =
		    arena_printf(cx->mem, "{\"template\":\"%s\"}", p->of->name)});
}

static enum err
changed_meanwhile(struct ctx *cx)
{
	return err_tell(
	    &cx->err, ERR_PRECONDITION, "the template was changed at the same time");
}

enum err
mail_own_put(
    struct ctx *cx, struct db *db, const struct mail_place *p, struct mail_own *o)
{
	char version[STR_I64_SIZE];
	const char *const *forms = o->texts.forms;
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_email_template_put,
	    DB_ARGS(p->tenant_id, p->of->name, forms[MAIL_FORM_subject],
		forms[MAIL_FORM_text], forms[MAIL_FORM_html], cx->actor,
		str_from_i64(version, o->version)),
	    &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = changed_meanwhile(cx);
	if (rc != ERR_OK)
		return rc;
	read_row(rows, 0, o);
	return audit(cx, db, p, "EMAIL_TEMPLATE_CHANGED");
}

enum err
mail_own_begin(struct ctx *cx, struct db *db, const struct mail_place *p,
    const struct mail_texts *texts)
{
	const char *const *forms = texts->forms;
	enum err rc = db_queue(cx, db, STMT_email_template_put,
	    DB_ARGS(p->tenant_id, p->of->name, forms[MAIL_FORM_subject],
		forms[MAIL_FORM_text], forms[MAIL_FORM_html], cx->actor, "0"));

	return rc == ERR_OK ? audit(cx, db, p, "EMAIL_TEMPLATE_CHANGED") : rc;
}

enum err
mail_own_remove(
    struct ctx *cx, struct db *db, const struct mail_place *p, const struct mail_own *o)
{
	char version[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_email_template_delete,
	    DB_ARGS(p->tenant_id, p->of->name, str_from_i64(version, o->version)),
	    &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = changed_meanwhile(cx);
	return rc == ERR_OK ? audit(cx, db, p, "EMAIL_TEMPLATE_REMOVED") : rc;
}
