/* retain.c - see retain.h. */
#include "audit/retain.h"

#include <inttypes.h>

#include "audit/keys.h"
#include "audit/seal.h"
#include "audit/walk.h"

enum {
	BATCH = 1000,
	DAY_S = 86400,
	CLOCKS_DIFFER_S = 60,
	CHECKPOINT_COLUMN = AUDIT_ROW_COLUMNS + AUDIT_HEAD_COLUMNS
};

struct pruning {
	struct audit *log;
	int64_t before_s;
	bool told;       /* the log says already that it was pruned */
	int64_t removed; /* in this transaction */
	struct audit_head head;
	struct audit_walk walk;
};

static enum err
refuse(struct ctx *cx, const char *what)
{
	return err_tell(&cx->err, ERR_CONFLICT,
	    "nothing was removed, since %s: see tenantd audit verify", what);
}

/* Along the rows that may go, as far as they are as they were sealed. */
static enum err
walk_old(struct ctx *cx, struct pruning *p, const struct db_rows *rows)
{
	struct audit_checkpoint newest;
	struct audit_row row;

	audit_checkpoint_read(rows, 0, CHECKPOINT_COLUMN, &newest);
	if (newest.mac != NULL && !audit_checkpoint_genuine(p->walk.keys, &newest))
		return refuse(cx, "a checkpoint was not written by this program");
	if (newest.mac != NULL)
		audit_walk_from(&p->walk, &newest);
	for (int i = 0; i < db_row_count(rows) && db_text(rows, i, 0) != NULL; i++) {
		audit_row_read(rows, i, &row);
		if (audit_row_time(&row) >= p->before_s)
			break;
		if (!audit_walk_row(&p->walk, &row))
			break;
		p->removed++;
	}
	if (p->walk.suspect != NULL)
		audit_walk_end(&p->walk, NULL);
	return p->walk.fault == NULL
	    ? ERR_OK
	    : refuse(cx,
		  arena_printf(cx->mem, "row %" PRId64 " is not as it was sealed",
		      p->walk.fault->seq));
}

static enum err
put_checkpoint(struct ctx *cx, struct db *db, const struct pruning *p)
{
	const struct audit_time now = audit_time_of(clock_wall_ms()),
				latest = audit_time_of(p->walk.latest_s * 1000);
	char mac[AUDIT_MAC_SIZE], seq[STR_I64_SIZE];

	audit_checkpoint_mac(mac, p->walk.keys,
	    &(struct audit_checkpoint){.seq = p->walk.seq,
		.seal = p->walk.seal,
		.latest = latest.epoch,
		.epoch = now.epoch});
	return db_queue(cx, db, STMT_audit_checkpoint_add,
	    DB_ARGS(str_from_i64(seq, p->walk.seq), p->walk.seal, latest.text, now.text,
		mac));
}

/* Sealed before anything goes: whatever comes back is behind this row, and too old. */
static enum err
tell(struct ctx *cx, struct db *db, struct pruning *p)
{
	char before[CLOCK_TEXT_SIZE];
	enum err rc;

	clock_text(before, p->before_s * 1000);
	rc = audit_append(cx, p->log, db,
	    &(struct audit_entry){.event = "AUDIT_PRUNED",
		.severity = AUDIT_HIGH,
		.actor = cx->actor,
		.address = "",
		.details = arena_printf(cx->mem, "{\"before\":\"%s\"}", before)});
	return rc == ERR_OK ? audit_seal_held(cx, db, p->walk.keys, &p->head) : rc;
}

/* The head, held and genuine; *keys NULL: there is no chain yet. */
static enum err
hold(struct ctx *cx, struct db *db, struct pruning *p)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_audit_head_lock, DB_NO_ARGS, &rows);

	if (rc == ERR_OK)
		rc = audit_keys_find(cx, p->log, db, &p->walk.keys);
	if (rc != ERR_OK || p->walk.keys == NULL)
		return rc;
	if (db_row_count(rows) == 0)
		return refuse(cx, "the head is gone");
	audit_head_read(rows, 0, 0, &p->head);
	if (!audit_head_genuine(p->walk.keys, &p->head))
		return refuse(cx, "the head was altered");
	p->walk.newest = p->head.seq;
	return ERR_OK;
}

static enum err
prune_some(struct ctx *cx, struct db *db, void *arg)
{
	struct pruning *p = arg;
	char most[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc;

	p->removed = 0;
	p->walk = (struct audit_walk){.mem = cx->mem};
	rc = hold(cx, db, p);
	if (rc != ERR_OK || p->walk.keys == NULL)
		return rc;
	rc = db_query(cx, db, STMT_audit_page,
	    DB_ARGS("0", "0", str_from_i64(most, BATCH)), &rows);
	if (rc == ERR_OK)
		rc = walk_old(cx, p, rows);
	if (rc == ERR_OK && p->removed > 0 && !p->told)
		rc = tell(cx, db, p);
	return rc == ERR_OK && p->removed > 0 ? put_checkpoint(cx, db, p) : rc;
}

enum err
audit_prune(struct ctx *cx, struct audit *log, struct db *db, int64_t before_s,
    int64_t *removed)
{
	const int64_t latest =
	    clock_wall_s() - (int64_t)AUDIT_DAYS_LEAST * DAY_S - CLOCKS_DIFFER_S;
	struct pruning p = {
	    .log = log, .before_s = before_s < latest ? before_s : latest};
	enum err rc;

	*removed = 0;
	do {
		rc = db_transaction(cx, db, DB_MANAGEMENT, prune_some, &p);
		p.told = true;
		*removed += rc == ERR_OK ? p.removed : 0;
	} while (rc == ERR_OK && p.removed == BATCH && *removed < AUDIT_PRUNE_MOST);
	return rc;
}

enum err
audit_retain(
    struct ctx *cx, struct audit *log, struct db *db, int days, int64_t *removed)
{
	*removed = 0;
	return days > 0
	    ? audit_prune(cx, log, db, clock_wall_s() - (int64_t)days * DAY_S, removed)
	    : ERR_OK;
}
