/* step_activation.c - the tenant is in use: from here on nothing is taken back. */
#include "creation/steps.h"

enum err
activation_record(struct ctx *cx, struct making *m)
{
	struct db *db = m->means->db;
	struct db_rows *rows;
	enum err rc = db_query(
	    cx, db, STMT_creation_tenant_activate, DB_ARGS(m->tenant_id), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "the tenant is not being made any more: somebody removed it");
	return rc == ERR_OK
	    ? db_queue(cx, db, STMT_creation_registry_activate, DB_ARGS(m->tenant_id))
	    : rc;
}
