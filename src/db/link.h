/*
 * link.h - inside db: the connection and what it remembers.
 *
 * Owner:    struct db, see db.h.
 * Lifetime: of its struct db; pg, prepared and slots die with each connection.
 * Threads:  one.
 * Failure:  none: a wait that ends without an event says so.
 */
#ifndef TENANTD_DB_LINK_H
#define TENANTD_DB_LINK_H

#include <libpq-fe.h>

#include "db/db.h"

/* Why a transaction that failed may be tried again. */
enum again { AGAIN_NO, AGAIN_CONFLICT, AGAIN_LOST, AGAIN_STALE };

/* One transaction, from its first statement to its end. */
struct tx {
	const char *context; /* NULL: no transaction is open */
	bool begun;          /* BEGIN and context were sent, or wait to be */
	bool failed;         /* nothing more may be sent; `first` says why */
	bool commit_sent;    /* its outcome is unknown until an answer comes */
	bool committed;      /* the server said so */
	bool leaked;         /* the session carried a context already */
	enum again again;
	struct err_info first;
};

enum slot_kind { SLOT_PREPARE, SLOT_CONTEXT, SLOT_STATEMENT, SLOT_COMMIT };

/* One answer that is still to come, in the order of sending. */
struct slot {
	enum slot_kind kind;
	enum stmt_id id;
	struct db_rows **rows; /* NULL: not wanted */
};

enum prepared { PREPARED_NO, PREPARED_SENT, PREPARED_YES };

struct db {
	struct db_settings set; /* its strings are copies */
	PGconn *pg;             /* NULL: not connected; in pipeline mode */
	int host;               /* the one to try first */
	bool session_ends;      /* said the server, or it is of no more use */
	bool listening;         /* on this connection */
	bool deaf;              /* for good: a pooler stands in between */
	int64_t quiet_until_ms; /* no attempt to connect before */
	int64_t grace_until_ms; /* after a loss: the server may be back soon */
	int backoff_ms;
	unsigned char prepared[STMT_COUNT]; /* enum prepared */
	struct slot *slots;
	size_t slot_count, slot_room;
	bool patient;               /* only the ctx's deadline counts */
	const struct db_beat *beat; /* or this does; NULL: none */
	struct tx tx;
	struct db_stats stats;
	char failure[256];   /* why the last attempt to connect failed */
	char constraint[64]; /* NAMEDATALEN */
};

/* The events that came on the socket before until_ms (clock_mono_ms), 0: none did. */
int link_wait(struct db *db, short events, int64_t until_ms);
/* The first line of a message from libpq, at most size - 1 bytes of it. */
void link_first_line(char *out, size_t size, const char *message);

#endif
