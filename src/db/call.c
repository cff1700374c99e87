/*
 * call.c - see call.h.
 *
 * A statement is prepared in the same pipeline that first runs it, so that preparing
 * costs no round trip of its own. After the first error the server skips to the Sync
 * and every later answer is PGRES_PIPELINE_ABORTED.
 */
#include "db/call.h"

#include <assert.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db/sqlstate.h"

enum got { GOT_RESULT, GOT_LOSS, GOT_LATE };

int
call_limit(const struct ctx *cx, const struct db *db)
{
	return ctx_time_left(cx, db->patient ? INT_MAX : db->set.query_timeout_ms);
}

static void
slot_add(struct db *db, struct slot slot)
{
	if (db->slot_count == db->slot_room) {
		size_t room = db->slot_room == 0 ? 16 : db->slot_room * 2;
		struct slot *more = reallocarray(db->slots, room, sizeof(*more));

		if (more == NULL)
			abort();
		db->slots = more;
		db->slot_room = room;
	}
	db->slots[db->slot_count++] = slot;
}

/* -- what went wrong -- */

/*
 * The connection is gone or in doubt: `why` is recorded unless the server told more.
 * What was committed before that is done.
 */
static enum err
call_drop(struct ctx *cx, struct db *db, bool told, const char *why)
{
	conn_lose(db);
	if (told)
		return cx->err.code;
	if (db->tx.committed)
		return ERR_OK;
	(void)err_set(&cx->err, ERR_UNAVAILABLE, "%s", why);
	cx->err.retry_after = 1;
	return ERR_UNAVAILABLE;
}

static enum err
call_lost(struct ctx *cx, struct db *db, bool told)
{
	char why[320], line[256];

	link_first_line(line, sizeof(line), PQerrorMessage(db->pg));
	snprintf(why, sizeof(why), "the connection to the database was lost: %s", line);
	if (!told)
		db->tx.again = AGAIN_LOST;
	return call_drop(cx, db, told, why);
}

/* A server that does not answer is left alone: statement_timeout ends the work. */
static enum err
call_late(struct ctx *cx, struct db *db, bool told)
{
	db->tx.again = AGAIN_NO;
	return call_drop(cx, db, told, "the database did not answer in time");
}

static const char *
result_field(const PGresult *res, int field)
{
	const char *s = PQresultErrorField(res, field);

	return s == NULL ? "" : s;
}

static enum again
again_by_state(const PGresult *res, const char *state)
{
	if (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0)
		return AGAIN_CONFLICT;
	/* gone, or there already: behind a pooler others prepare on our connection */
	if (strcmp(state, "26000") == 0 || strcmp(state, "42P05") == 0)
		return AGAIN_STALE;
	/* "cached plan must not change result type", whatever language it comes in */
	if (strcmp(state, "0A000") == 0 &&
	    strcmp(result_field(res, PG_DIAG_SOURCE_FUNCTION),
		"RevalidateCachedQuery") == 0)
		return AGAIN_STALE;
	return AGAIN_NO;
}

/* "connection exception": a pooler that lost the server says so, too. */
static bool
state_is_loss(const char *state)
{
	return strncmp(state, "08", 2) == 0;
}

/* Records the server's error: its primary message only, since details show data. */
static void
call_record(struct ctx *cx, struct db *db, const char *name, const PGresult *res)
{
	const char *state = result_field(res, PG_DIAG_SQLSTATE), *meaning;
	const char *severity = result_field(res, PG_DIAG_SEVERITY_NONLOCALIZED);
	enum err code = sqlstate_err(state, &meaning);

	if (*state == '\0') { /* not from the server: it broke, or asks for COPY data */
		char line[256];

		link_first_line(line, sizeof(line), PQresultErrorMessage(res));
		(void)err_set(&cx->err, ERR_UNAVAILABLE,
		    "the connection to the database is of no use: %s (%s)", line,
		    PQresStatus(PQresultStatus(res)));
		code = ERR_UNAVAILABLE;
		db->session_ends = true;
	} else
		(void)err_set(
		    &cx->err, code, "%s", result_field(res, PG_DIAG_MESSAGE_PRIMARY));
	strncpy(cx->err.sqlstate, state, sizeof(cx->err.sqlstate) - 1);
	cx->err.sqlstate[sizeof(cx->err.sqlstate) - 1] = '\0';
	cx->err.retry_after = code == ERR_UNAVAILABLE || code == ERR_NOT_MIGRATED;
	err_note(&cx->err, "statement %s", name);
	if (*meaning != '\0')
		err_note(&cx->err, "%s", meaning);
	link_first_line(db->constraint, sizeof(db->constraint),
	    result_field(res, PG_DIAG_CONSTRAINT_NAME));
	db->tx.again = again_by_state(res, state);
	if (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0)
		db->session_ends = true;
	/* After a fail-over this is a standby: a new connection finds the other one. */
	if (strcmp(state, "25006") == 0 || state_is_loss(state))
		db->session_ends = true;
	if (db->session_ends)
		db->tx.again = AGAIN_LOST;
}

/* -- sending -- */

enum err
call_send(struct ctx *cx, struct db *db, const struct call *call)
{
	const struct stmt *s = &stmts[call->id];
	bool prepare = db->set.prepare && s->idents[0] == '\0' && !call->plain;
	const char *text = s->text;
	int ok;

	assert(s->params == 0 || call->args != NULL);
	assert((s->idents[0] != '\0') == (call->idents != NULL));
	if (call->idents != NULL) {
		text = call_quote_idents(cx, db, call->id, call->idents);
		if (text == NULL)
			return cx->err.code;
	}
	if (prepare && db->prepared[call->id] == PREPARED_NO) {
		if (!PQsendPrepare(db->pg, s->name, text, 0, NULL))
			return call_lost(cx, db, false);
		db->prepared[call->id] = PREPARED_SENT;
		slot_add(db, (struct slot){SLOT_PREPARE, call->id, NULL});
	}
	if (prepare)
		ok = PQsendQueryPrepared(
		    db->pg, s->name, s->params, call->args, NULL, NULL, 0);
	else
		ok = PQsendQueryParams(
		    db->pg, text, s->params, NULL, call->args, NULL, NULL, 0);
	if (!ok)
		return call_lost(cx, db, false);
	slot_add(db, (struct slot){call->kind, call->id, call->rows});
	db->tx.commit_sent |= call->kind == SLOT_COMMIT;
	return ERR_OK;
}

/* -- reading -- */

/* Nothing came in time: whether it is waited for all the same. */
static bool
goes_on(const struct db *db)
{
	return db->beat != NULL && db->beat->fn(db->beat->arg);
}

/* The next result, or NULL at the end of a statement's; sends what is still unsent. */
static enum got
next_result(struct db *db, int64_t until_ms, PGresult **res)
{
	while (PQisBusy(db->pg)) {
		int unsent = PQflush(db->pg), came;
		const int64_t until =
		    db->beat != NULL ? clock_mono_ms() + db->beat->every_ms : until_ms;

		came = link_wait(
		    db, (short)(unsent > 0 ? POLLIN | POLLOUT : POLLIN), until);
		if (came == 0 && goes_on(db))
			continue;
		if (came == 0)
			return GOT_LATE;
		if ((came & ~POLLOUT) == 0 || PQconsumeInput(db->pg) != 0)
			continue;
		/* Closed: what the server said before that may still be read. */
		if (PQisBusy(db->pg))
			return GOT_LOSS;
	}
	*res = PQgetResult(db->pg);
	return GOT_RESULT;
}

/* Everything else is an error, COPY too: nobody here would feed it. */
static bool
status_is_good(ExecStatusType status)
{
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
	    status == PGRES_EMPTY_QUERY;
}

/* A good answer; rows are kept unless an error came before. Returns whether one did. */
static bool
slot_take(
    struct ctx *cx, struct db *db, const struct slot *slot, PGresult *res, bool told)
{
	const struct stmt *s = &stmts[slot->id];

	if (slot->kind == SLOT_PREPARE)
		db->prepared[slot->id] = PREPARED_YES;
	else if (slot->kind == SLOT_CONTEXT)
		db->tx.leaked |= PQgetlength(res, 0, 0) > 0;
	else if (slot->kind == SLOT_COMMIT) {
		db->tx.committed = true;
		db->stats.commits++;
	} else if (s->rows != ROWS_MANY && PQntuples(res) > (s->rows == ROWS_ONE) &&
	    !told) {
		(void)err_set(&cx->err, ERR_INTERNAL,
		    "statement %s returned more rows than it declares", s->name);
		told = true;
	}
	if (slot->rows != NULL && !told)
		*slot->rows = rows_take(cx, res);
	else
		PQclear(res);
	return told;
}

/*
 * Whether an error in this slot says that nothing was committed: the server never comes
 * to a COMMIT behind one, and a COMMIT refused is one that did not happen. A session
 * that ends in its COMMIT, or without a word from the server, leaves it open.
 */
static bool
slot_settles(const struct db *db, const struct slot *slot, const char *sqlstate)
{
	if (slot->kind == SLOT_COMMIT)
		return !db->session_ends;
	return sqlstate[0] != '\0' && !state_is_loss(sqlstate);
}

/* One result. `told`: an error was recorded before. Returns whether one is now. */
static bool
slot_result(
    struct ctx *cx, struct db *db, const struct slot *slot, PGresult *res, bool told)
{
	ExecStatusType status = PQresultStatus(res);

	if (status_is_good(status))
		return slot_take(cx, db, slot, res, told);
	if (!told && status != PGRES_PIPELINE_ABORTED)
		call_record(cx, db, stmts[slot->id].name, res);
	if (slot->kind == SLOT_PREPARE)
		db->prepared[slot->id] = PREPARED_NO;
	if (slot_settles(db, slot, cx->err.sqlstate))
		db->tx.commit_sent = false;
	PQclear(res);
	return true;
}

/* Every result of one slot, up to the NULL behind them. */
static enum got
slot_read(struct ctx *cx, struct db *db, const struct slot *slot, int64_t until_ms,
    bool *told)
{
	PGresult *res = NULL;
	enum got got;

	for (;;) {
		if ((got = next_result(db, until_ms, &res)) != GOT_RESULT)
			return got;
		if (res == NULL)
			return GOT_RESULT;
		*told = slot_result(cx, db, slot, res, *told);
		if (db->session_ends || PQstatus(db->pg) == CONNECTION_BAD)
			return GOT_LOSS;
	}
}

enum err
call_push(struct ctx *cx, struct db *db)
{
	const int64_t until = clock_mono_ms() + call_limit(cx, db);
	int unsent, came;

	while ((unsent = PQflush(db->pg)) > 0) {
		came = link_wait(db, POLLIN | POLLOUT, until);
		if (came == 0)
			return call_late(cx, db, false);
		/* answers of what went before may stand in the way */
		if ((came & ~POLLOUT) != 0 && PQconsumeInput(db->pg) == 0)
			return call_lost(cx, db, false);
	}
	return unsent < 0 ? call_lost(cx, db, false) : ERR_OK;
}

enum err
call_exchange(struct ctx *cx, struct db *db)
{
	int64_t until = clock_mono_ms() + call_limit(cx, db);
	PGresult *res = NULL;
	bool told = false;
	enum got got = GOT_RESULT;

	if (!PQpipelineSync(db->pg))
		return call_lost(cx, db, false);
	db->stats.round_trips++;
	for (size_t i = 0; i < db->slot_count && got == GOT_RESULT; i++)
		got = slot_read(cx, db, &db->slots[i], until, &told);
	if (got == GOT_RESULT)
		got = next_result(db, until, &res);
	if (got == GOT_RESULT && PQresultStatus(res) != PGRES_PIPELINE_SYNC)
		got = GOT_LOSS;
	PQclear(res);
	if (got == GOT_LATE)
		return call_late(cx, db, told);
	if (got == GOT_LOSS)
		return call_lost(cx, db, told);
	db->slot_count = 0;
	return told ? cx->err.code : ERR_OK;
}

enum err
call_script(struct ctx *cx, struct db *db, const char *text)
{
	int64_t until = clock_mono_ms() + call_limit(cx, db);
	PGresult *res = NULL;
	bool told = false;
	enum got got;

	assert(db->slot_count == 0);
	if (PQexitPipelineMode(db->pg) != 1 || PQsendQuery(db->pg, text) != 1)
		return call_lost(cx, db, false);
	db->stats.round_trips++;
	while ((got = next_result(db, until, &res)) == GOT_RESULT && res != NULL) {
		if (!status_is_good(PQresultStatus(res)) && !told) {
			call_record(cx, db, "of a script", res);
			told = true;
		}
		PQclear(res);
		if (db->session_ends || PQstatus(db->pg) == CONNECTION_BAD)
			return call_lost(cx, db, told);
	}
	if (got == GOT_LATE)
		return call_late(cx, db, told);
	if (got == GOT_LOSS || PQenterPipelineMode(db->pg) != 1)
		return call_lost(cx, db, told);
	return told ? cx->err.code : ERR_OK;
}
