/* step_record.c - the tenant's row, and its row in the shared registry. */
#include "creation/steps.h"

#include "base/email.h"

enum err
record_record(struct ctx *cx, struct making *m)
{
	const struct creation_plan *p = &m->plan;
	const char *email = p->admin_email != NULL ? p->admin_email : m->creator_email;
	struct db *db = m->means->db;
	enum err rc = db_queue(cx, db, STMT_creation_tenant_create,
	    DB_ARGS(m->tenant_id, p->name, p->slug, p->plan, p->billing_cycle,
		p->isolation, json_print(cx->mem, p->features),
		email != NULL && email_valid(email) ? email : NULL));

	return rc == ERR_OK
	    ? db_queue(cx, db, STMT_tenant_tell_made, DB_ARGS(m->tenant_id))
	    : rc;
}

/* The row stays, as a record; its name is for others. */
enum err
record_undo(struct ctx *cx, struct making *m)
{
	struct db *db = m->means->db;
	enum err rc = db_queue(cx, db, STMT_creation_tenant_fail,
	    DB_ARGS(m->tenant_id, "its creation failed or was cancelled"));

	return rc == ERR_OK
	    ? db_queue(cx, db, STMT_creation_slug_free, DB_ARGS(m->tenant_id))
	    : rc;
}
