/* session.c - see session.h. */
#include "session/session.h"

enum err
sessions_end_of(struct ctx *cx, struct db *db, const char *user_id, const char *reason,
    const char *kept)
{
	return db_queue(cx, db, STMT_session_end_all, DB_ARGS(user_id, reason, kept));
}
