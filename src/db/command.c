/*
 * command.c - see db.h: what cannot run in a transaction block, and texts of many
 * statements.
 *
 * CREATE DATABASE and its like refuse to share even the implicit transaction of a
 * pipeline: between two Syncs such a statement is alone, without a context.
 */
#include <assert.h>

#include "db/call.h"

enum err
db_command(struct ctx *cx, struct db *db, enum stmt_id id, const char *const *names,
    const struct db_beat *beat)
{
	enum err rc;

	assert(db->tx.context == NULL);
	db->constraint[0] = '\0';
	db->tx = (struct tx){0};
	db->patient = true; /* copying a database takes what it takes */
	rc = conn_ensure(cx, db);
	if (rc == ERR_OK)
		rc = call_send(cx, db,
		    &(struct call){.id = id,
			.kind = SLOT_STATEMENT,
			.idents = names,
			.plain = true});
	db->beat = beat;
	if (rc == ERR_OK)
		rc = call_exchange(cx, db);
	db->beat = NULL;
	db->patient = false;
	db->tx = (struct tx){0};
	return rc;
}

enum err
db_script(struct ctx *cx, struct db *db, const char *text)
{
	bool patient = db->patient;
	enum err rc;

	assert(db->tx.begun && db->slot_count == 0);
	db->patient = true;
	rc = call_script(cx, db, text);
	db->patient = patient;
	if (rc == ERR_OK && PQtransactionStatus(db->pg) != PQTRANS_INTRANS)
		rc = err_set(&cx->err, ERR_INTERNAL, "it ends its transaction");
	if (rc != ERR_OK) {
		db->tx.failed = true;
		db->tx.first = cx->err;
	}
	return rc;
}
