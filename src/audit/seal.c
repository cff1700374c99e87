/* seal.c - see seal.h. */
#include "audit/seal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/keys.h"
#include "audit/row.h"
#include "base/buf.h"
#include "base/log.h"

enum {
	HEAD_EVERY_MS = 60 * 1000,
	HELD_MOST_MS = 60 * 1000,
	PROBE_EVERY_MS = 10 * 1000, /* whether it is to be had, with nothing to seal */
	ID_MAX = 20,
	HEAD_COLUMN = 2
};

struct sealing {
	struct audit *log;
	const struct audit_keys *keys;
	struct audit_head head;
	char seal[AUDIT_MAC_SIZE]; /* the last one */
	struct buf ids, seals;     /* "{1,2,…}" */
	bool probe;                /* the head is wanted in any case */
	bool waiting;              /* there is something to seal */
	bool ours, genuine;
	int count;
};

/* -- the head, and what this process knows of it -- */

static enum err
hold_head(struct ctx *cx, struct db *db, struct sealing *s)
{
	struct db_rows *rows;
	enum err rc = db_query(
	    cx, db, STMT_audit_head_hold, DB_ARGS(s->probe ? "true" : "false"), &rows);

	if (rc != ERR_OK)
		return rc;
	s->waiting = db_bool(rows, 0, 0);
	s->ours = db_bool(rows, 0, 1);
	audit_head_read(rows, 0, HEAD_COLUMN, &s->head);
	return s->head.mac != NULL
	    ? ERR_OK
	    : err_set(&cx->err, ERR_INTERNAL, "the audit log's head is gone");
}

static void
remember(struct audit *log, const struct audit_head *head)
{
	log->seen_seq = head->seq;
	snprintf(log->seen_seal, sizeof(log->seen_seal), "%s", head->seal);
}

/* An older head with all that was right then may have been put back. */
static enum err
check_head(struct ctx *cx, struct sealing *s)
{
	struct audit *log = s->log;
	const struct audit_head *h = &s->head;

	if (!audit_head_genuine(s->keys, h))
		return err_set(&cx->err, ERR_INTERNAL,
		    "the audit log's head was altered: see tenantd audit verify");
	if (h->seq < log->seen_seq ||
	    (h->seq == log->seen_seq && log->seen_seq > 0 &&
		strcmp(h->seal, log->seen_seal) != 0))
		return err_set(&cx->err, ERR_INTERNAL,
		    "the audit log's head went back: it is number %" PRId64
		    ", and was %" PRId64 " with seal %s",
		    h->seq, log->seen_seq, log->seen_seal);
	s->genuine = true;
	remember(log, h);
	return ERR_OK;
}

/* With the first key comes the head's first signature. */
static enum err
prepare(struct ctx *cx, struct db *db, struct sealing *s)
{
	enum err rc = hold_head(cx, db, s);

	if (rc != ERR_OK)
		return rc;
	if (s->ours && s->waiting)
		rc = audit_keys_need(cx, s->log, db, &s->keys);
	else
		rc = audit_keys_find(cx, s->log, db, &s->keys);
	if (rc == ERR_OK && s->ours && s->keys != NULL && s->head.mac[0] == '\0')
		rc = hold_head(cx, db, s);
	return rc == ERR_OK && s->keys != NULL ? check_head(cx, s) : rc;
}

static void
seal_row(const struct ctx *cx, struct sealing *s, const struct audit_row *row)
{
	char seal[AUDIT_MAC_SIZE];

	/* it gets its place all the same: the chain goes on, and verifying names it */
	if (!audit_row_genuine(s->keys, row))
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

/* At most AUDIT_SEAL_MOST of what was committed before the head was ours. */
static enum err
seal_rows(struct ctx *cx, struct db *db, struct sealing *s)
{
	const int64_t first = s->head.seq + 1;
	char most[STR_I64_SIZE];
	struct db_rows *rows;
	struct audit_row row;
	enum err rc = db_query(cx, db, STMT_audit_unsealed,
	    DB_ARGS("0", str_from_i64(most, AUDIT_SEAL_MOST)), &rows);

	s->count = 0;
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	buf_init(&s->ids, cx->mem, AUDIT_SEAL_MOST * STR_I64_SIZE + 2);
	buf_init(&s->seals, cx->mem, AUDIT_SEAL_MOST * AUDIT_MAC_SIZE + 2);
	if (s->head.seal != s->seal)
		snprintf(s->seal, sizeof(s->seal), "%s", s->head.seal);
	for (int i = 0; i < db_row_count(rows); i++) {
		audit_row_read(rows, i, &row);
		seal_row(cx, s, &row);
	}
	return write_seals(cx, db, s, first);
}

enum err
audit_seal_held(struct ctx *cx, struct db *db, const struct audit_keys *keys,
    struct audit_head *head)
{
	struct sealing s = {.keys = keys, .head = *head};
	enum err rc;

	do
		rc = seal_rows(cx, db, &s);
	while (rc == ERR_OK && s.count == AUDIT_SEAL_MOST);
	*head = s.head;
	head->seal = arena_strdup(cx->mem, s.head.seal);
	return rc;
}

static enum err
seal_some(struct ctx *cx, struct db *db, void *arg)
{
	struct sealing *s = arg;
	enum err rc;

	*s = (struct sealing){.log = s->log, .probe = s->probe};
	rc = prepare(cx, db, s);
	return rc == ERR_OK && s->ours && s->genuine ? seal_rows(cx, db, s) : rc;
}

/* -- what the program's log gets -- */

static void
tell_head(const struct ctx *cx, struct sealing *s)
{
	struct audit *log = s->log;
	const int64_t now = clock_mono_ms();

	if (!s->genuine || s->head.seq == log->told_seq ||
	    (log->told_ms != 0 && now - log->told_ms < HEAD_EVERY_MS))
		return;
	log->told_seq = s->head.seq;
	log->told_ms = now;
	log_event(LOG_INFO, cx, "audit-head", "seq=%" PRId64 " seal=%s", s->head.seq,
	    s->head.seal);
}

/* Another sealer has it for moments; who has it longer keeps rows from being sealed. */
static void
tell_held(const struct ctx *cx, struct sealing *s)
{
	struct audit *log = s->log;
	const int64_t now = clock_mono_ms();

	if (s->ours)
		log->held_ms = 0;
	if (s->ours || (!s->waiting && !s->probe))
		return;
	if (log->held_ms == 0 || s->head.seq != log->held_seq) {
		log->held_ms = now;
		log->held_seq = s->head.seq;
	}
	if (now - log->held_ms < HELD_MOST_MS ||
	    (log->held_told_ms != 0 && now - log->held_told_ms < HELD_MOST_MS))
		return;
	log->held_told_ms = now;
	log_event(LOG_ERROR, cx, "audit-head-held", "seq=%" PRId64 " seconds=%" PRId64,
	    s->head.seq, (now - log->held_ms) / 1000);
}

enum err
audit_seal(struct ctx *cx, struct audit *log, struct db *db, int *count)
{
	const int64_t now = clock_mono_ms();
	struct sealing s = {.log = log, .probe = now >= log->probe_due_ms};
	enum err rc = db_transaction(cx, db, DB_MANAGEMENT, seal_some, &s);

	*count = 0;
	if (rc != ERR_OK)
		return rc;
	*count = s.count;
	if (s.count > 0)
		remember(log, &s.head);
	if (s.probe || s.ours)
		log->probe_due_ms = now + PROBE_EVERY_MS;
	tell_head(cx, &s);
	tell_held(cx, &s);
	return ERR_OK;
}
