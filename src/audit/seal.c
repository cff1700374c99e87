/* seal.c - see seal.h. */
#include "audit/seal.h"

#include <inttypes.h>
#include <string.h>

#include "audit/keys.h"
#include "audit/row.h"
#include "base/buf.h"
#include "base/log.h"

enum { HEAD_EVERY_MS = 3600 * 1000, ID_MAX = 20 };

struct sealing {
	struct audit *log;
	const struct audit_keys *keys;
	struct audit_head head;
	char seal[AUDIT_MAC_SIZE]; /* the last one */
	struct buf ids, seals;     /* "{1,2,…}" */
	int count;
};

/* *there: it is ours, and there is something to do. */
static enum err
hold_head(struct ctx *cx, struct db *db, struct sealing *s, bool *there)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_audit_head_hold, DB_NO_ARGS, &rows);

	*there = rc == ERR_OK && db_row_count(rows) == 1;
	if (*there)
		audit_head_read(rows, 0, 0, &s->head);
	return rc;
}

/* With the first key comes the head's first signature. */
static enum err
prepare(struct ctx *cx, struct db *db, struct sealing *s, bool *there)
{
	enum err rc = hold_head(cx, db, s, there);

	if (rc != ERR_OK || !*there)
		return rc;
	rc = audit_keys_need(cx, s->log, db, &s->keys);
	if (rc == ERR_OK && s->head.mac[0] == '\0')
		rc = hold_head(cx, db, s, there);
	if (rc == ERR_OK && *there && !audit_head_genuine(s->keys, &s->head))
		rc = err_set(&cx->err, ERR_INTERNAL,
		    "the audit log's head was altered: see tenantd audit verify");
	return rc;
}

static void
seal_row(const struct ctx *cx, struct sealing *s, const struct audit_row *row)
{
	char seal[AUDIT_MAC_SIZE];
	int64_t id;

	/* it gets its place all the same: the chain goes on, and verifying names it */
	if (!audit_row_genuine(s->keys, row) &&
	    (row->mac != NULL || !str_to_i64(slice_of(row->id), 0, s->head.older, &id)))
		log_event(
		    LOG_ERROR, cx, "audit-forged-row", "id=%.*s", ID_MAX, row->id);
	s->head.seq++;
	audit_link_seal(seal, s->keys,
	    &(struct audit_link){.seq = s->head.seq,
		.before = s->seal,
		.id = row->id,
		.mac = row->mac,
		.row = &row->content});
	memcpy(s->seal, seal, sizeof(seal));
	buf_printf(&s->ids, "%c%s", s->count == 0 ? '{' : ',', row->id);
	buf_printf(&s->seals, "%c%s", s->count == 0 ? '{' : ',', seal);
	s->count++;
}

static enum err
write_seals(struct ctx *cx, struct db *db, struct sealing *s, int64_t first)
{
	const struct audit_time now = audit_time_of(clock_wall_ms());
	char number[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc;

	buf_putc(&s->ids, '}');
	buf_putc(&s->seals, '}');
	rc = db_query(cx, db, STMT_audit_seal_rows,
	    DB_ARGS(
		buf_text(&s->ids), str_from_i64(number, first), buf_text(&s->seals)),
	    &rows);
	if (rc == ERR_OK && db_affected(rows) != s->count)
		rc = err_set(&cx->err, ERR_INTERNAL, "sealed %" PRId64 " rows of %d",
		    db_affected(rows), s->count);
	s->head.seal = s->seal;
	return rc == ERR_OK ? audit_head_write(cx, db, s->keys, &s->head, &now) : rc;
}

static enum err
seal_some(struct ctx *cx, struct db *db, void *arg)
{
	struct sealing *s = arg;
	char most[STR_I64_SIZE];
	struct db_rows *rows;
	struct audit_row row;
	int64_t first;
	bool there;
	enum err rc;

	s->count = 0;
	rc = prepare(cx, db, s, &there);
	if (rc != ERR_OK || !there)
		return rc;
	/* its own statement: what was committed before the head was ours is seen */
	rc = db_query(cx, db, STMT_audit_unsealed,
	    DB_ARGS("0", str_from_i64(most, AUDIT_SEAL_MOST)), &rows);
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	buf_init(&s->ids, cx->mem, AUDIT_SEAL_MOST * STR_I64_SIZE + 2);
	buf_init(&s->seals, cx->mem, AUDIT_SEAL_MOST * AUDIT_MAC_SIZE + 2);
	memcpy(s->seal, s->head.seal, strlen(s->head.seal) + 1); /* it is signed */
	first = s->head.seq + 1;
	for (int i = 0; i < db_row_count(rows); i++) {
		audit_row_read(rows, i, &row);
		seal_row(cx, s, &row);
	}
	return write_seals(cx, db, s, first);
}

static void
tell_head(const struct ctx *cx, struct audit *log, const struct audit_head *head)
{
	const int64_t now = clock_mono_ms();

	if (log->head_told_ms != 0 && now - log->head_told_ms < HEAD_EVERY_MS)
		return;
	log->head_told_ms = now;
	log_event(LOG_INFO, cx, "audit-head", "seq=%" PRId64 " seal=%s", head->seq,
	    head->seal);
}

enum err
audit_seal(struct ctx *cx, struct audit *log, struct db *db, int *count)
{
	struct sealing s = {.log = log};
	enum err rc = db_transaction(cx, db, DB_MANAGEMENT, seal_some, &s);

	*count = rc == ERR_OK ? s.count : 0;
	if (*count > 0)
		tell_head(cx, log, &s.head);
	return rc;
}
