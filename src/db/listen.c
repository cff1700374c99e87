/* listen.c - see db.h: notifications, on a connection of their own. */
#include <poll.h>
#include <stdlib.h>

#include "base/log.h"
#include "db/call.h"

/* LISTEN would stay on whichever connection the pooler lends, and hear nothing. */
static bool
is_deaf(struct ctx *cx, struct db *db)
{
	if (db_pooled(cx, db, &db->deaf) != ERR_OK)
		return true;
	if (db->deaf) {
		log_event(LOG_INFO, cx, "db_deaf",
		    "advice=\"a pooler shares the connection: set "
		    "DATABASE_DIRECT_URL for news of other hosts at once\"");
		db_drop(db);
	}
	return db->deaf;
}

int
db_listen(struct ctx *cx, struct db *db, const char *channel, bool *fresh)
{
	const struct call call = {.id = STMT_db_listen,
	    .kind = SLOT_STATEMENT,
	    .idents = DB_ARGS(channel),
	    .plain = true};

	*fresh = false;
	if (db->deaf || conn_ensure(cx, db) != ERR_OK)
		return -1;
	if (!db->listening) {
		if (is_deaf(cx, db) || call_send(cx, db, &call) != ERR_OK ||
		    call_exchange(cx, db) != ERR_OK)
			return -1;
		db->listening = *fresh = true;
	}
	return PQsocket(db->pg);
}

bool
db_heard(struct db *db, int64_t *newest)
{
	PGnotify *n;
	bool any = false;

	if (db->pg == NULL || PQconsumeInput(db->pg) == 0)
		return false;
	while ((n = PQnotifies(db->pg)) != NULL) {
		long long number = strtoll(n->extra, NULL, 10);

		any = true;
		if (number > *newest)
			*newest = number;
		PQfreemem(n);
	}
	return any;
}
