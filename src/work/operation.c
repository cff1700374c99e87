/*
 * operation.c - an operation goes on: one that its process left, or died at, or that is
 * to be tried again. A turn of it at a time, so that other jobs go on beside it.
 *
 *   payload   {"operationId"}
 *
 * It runs in transactions of its own, on a connection of its own: the step's own stays
 * open meanwhile, and holds nothing.
 */
#include <string.h>

#include "creation/engine.h"
#include "creation/purge.h"
#include "creation/show.h"
#include "operation/operation.h"
#include "work/work.h"

enum { LOOK_AGAIN_MS = 200 };

static void
again(struct work_item *it, enum work_verdict *verdict, int64_t ms, const char *why)
{
	it->why = why;
	it->retry_ms = ms > 0 ? ms : 1;
	it->uncounted = true;
	*verdict = WORK_RETRY;
}

/* Somebody else is at it, or it waits. */
static enum err
come_again(
    struct work *w, struct work_item *it, const char *id, enum work_verdict *verdict)
{
	int64_t ms;
	enum err rc = operation_due(&it->cx, w->means.db, id, &ms);

	if (rc == ERR_OK && ms < 0)
		*verdict = WORK_DONE;
	else if (rc == ERR_OK)
		again(it, verdict, ms + LOOK_AGAIN_MS, "the operation is at work");
	return rc;
}

static enum err
turn(struct work *w, struct work_item *it, const char *id, enum work_verdict *verdict)
{
	enum creation_outcome outcome;
	enum err rc = creation_turn(&it->cx, it->state, &outcome);

	if (rc != ERR_OK)
		return rc;
	if (outcome == CREATION_GOES_ON) {
		*verdict = WORK_MORE;
		return ERR_OK;
	}
	it->state = NULL;
	if (outcome == CREATION_DONE && w->shared.board != NULL)
		rc = creation_measure(
		    &it->cx, w->means.db, id, w->shared.board, w->shared.slot);
	if (rc != ERR_OK)
		return rc;
	if (outcome == CREATION_WAITS || outcome == CREATION_ELSEWHERE)
		return come_again(w, it, id, verdict);
	*verdict = WORK_DONE;
	return ERR_OK;
}

static enum err
turn_of_purge(
    struct work *w, struct work_item *it, const char *id, enum work_verdict *verdict)
{
	enum creation_outcome outcome;
	enum err rc = purge_turn(&it->cx, &w->means, id, &outcome);

	if (rc != ERR_OK)
		return rc;
	if (outcome == CREATION_ELSEWHERE || outcome == CREATION_WAITS)
		return come_again(w, it, id, verdict);
	*verdict = outcome == CREATION_GOES_ON ? WORK_MORE : WORK_DONE;
	return ERR_OK;
}

enum err
operation_run(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	const char *id = json_get_text(it->payload, "operationId");
	enum creation_outcome outcome = CREATION_GOES_ON;
	struct creation_run *run;
	struct operation op;
	enum err rc = ERR_OK;

	if (it->state == NULL) {
		rc = operation_show(&it->cx, w->means.db, id, &op);
		if (rc != ERR_OK)
			return rc;
		if (strcmp(op.kind, PURGE_KIND) == 0)
			return turn_of_purge(w, it, id, verdict);
		rc = creation_take(&it->cx, &w->means, id, &run, &outcome);
		it->state = run;
		if (rc == ERR_OK && run != NULL)
			creation_run_by_job(run);
	}
	if (rc != ERR_OK)
		return rc;
	if (outcome == CREATION_ELSEWHERE)
		return come_again(w, it, id, verdict);
	if (outcome == CREATION_GOES_ON)
		return turn(w, it, id, verdict);
	*verdict = WORK_DONE;
	return ERR_OK;
}
