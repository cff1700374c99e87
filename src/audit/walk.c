/* walk.c - see walk.h. */
#include "audit/walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	GAP_MOST = 1000, /* rows taken out together that are still told from others */
	DAY_S = 86400 /* no row waits so long for its seal that another is this late */
};

static const char *
dup_or_null(struct arena *mem, const char *s)
{
	return s != NULL ? arena_strdup(mem, s) : NULL;
}

struct audit_fault *
audit_fault_new(struct arena *mem, enum audit_verdict verdict,
    const struct audit_row *row, const char *text)
{
	struct audit_fault *f = arena_alloc(mem, sizeof(*f));

	*f = (struct audit_fault){.object = "row", .verdict = verdict, .text = text};
	if (row != NULL) {
		f->id = dup_or_null(mem, row->id);
		f->event = dup_or_null(mem, row->content.field[AUDIT_EVENT]);
		f->at = dup_or_null(mem, row->at);
		f->seq = row->seq;
	}
	return f;
}

static void
advance(struct audit_walk *w, int64_t seq, const char *seal)
{
	w->seq = seq;
	snprintf(w->seal, sizeof(w->seal), "%s", seal);
}

static void
pass_time(struct audit_walk *w, int64_t seconds)
{
	if (seconds > w->latest_s)
		w->latest_s = seconds;
}

void
audit_walk_from(struct audit_walk *w, const struct audit_checkpoint *c)
{
	advance(w, c->seq, c->seal);
	pass_time(w, audit_seconds_of(c->latest));
}

/* Whether the row follows seal `before` as number seq. */
static bool
follows(const struct audit_walk *w, const struct audit_row *row, int64_t seq,
    const char *before)
{
	char seal[AUDIT_MAC_SIZE];

	audit_link_seal(seal, w->keys,
	    &(struct audit_link){.seq = seq,
		.before = before,
		.id = row->id,
		.mac = row->mac,
		.row = &row->content});
	return row->seal != NULL && strcmp(seal, row->seal) == 0;
}

struct audit_fault *
audit_walk_mac(const struct audit_walk *w, const struct audit_row *row)
{
	if (row->mac != NULL)
		return w->keys != NULL && audit_row_genuine(w->keys, row)
		    ? NULL
		    : audit_fault_new(w->mem, AUDIT_ALTERED, row,
			  "it does not say what was written down, or was not written "
			  "by this program");
	return audit_fault_new(w->mem, AUDIT_INSERTED, row,
	    "it was not written by this program: it has no proof");
}

static struct audit_fault *
removed_between(struct audit_walk *w, int64_t first, int64_t last, const char *where)
{
	struct audit_fault *f = audit_fault_new(w->mem, AUDIT_REMOVED, NULL,
	    first == last
		? arena_printf(w->mem, "the row with this number is gone%s", where)
		: arena_printf(w->mem,
		      "the rows with the numbers %" PRId64 " to %" PRId64 " are gone%s",
		      first, last, where));

	f->seq = first;
	return f;
}

/* -- a suspected row -- */

static void
suspect(struct audit_walk *w, const struct audit_row *row)
{
	const struct audit_fault *mac = audit_walk_mac(w, row);

	w->suspect = audit_fault_new(w->mem, AUDIT_ALTERED, row, NULL);
	w->suspect_genuine = mac == NULL;
	w->before_seq = w->seq;
	memcpy(w->before_seal, w->seal, sizeof(w->seal));
}

static void
convict(struct audit_walk *w, enum audit_verdict verdict, const char *text)
{
	w->suspect->verdict = verdict;
	w->suspect->text = text;
	w->fault = w->suspect;
}

/* How many rows were taken out before the suspect, if the ones behind moved up. */
static int
gap_before(const struct audit_walk *w, const struct audit_row *next)
{
	for (int n = 1; n <= GAP_MOST; n++)
		if (follows(w, next, next->seq + n, w->seal))
			return n;
	return 0;
}

static void
convict_removed(struct audit_walk *w, int64_t n)
{
	struct audit_fault *f = removed_between(w, w->suspect->seq,
	    w->suspect->seq + n - 1, "; those behind got their numbers");

	f->id = w->suspect->id;
	f->event = w->suspect->event;
	f->at = w->suspect->at;
	f->text =
	    arena_printf(w->mem, "%s, the first of them the row shown here", f->text);
	w->fault = f;
}

/* The row behind a suspect still hangs on its seal as it stands. */
static void
convict_altered(struct audit_walk *w)
{
	convict(w, AUDIT_ALTERED,
	    w->suspect_genuine ? "its id or its place is not the one it was sealed with"
			       : "it does not say what it was sealed with");
}

static void
decide(struct audit_walk *w, const struct audit_row *next)
{
	int gap;

	if (follows(w, next, next->seq, w->seal))
		convict_altered(w);
	else if (follows(w, next, w->before_seq + 1, w->before_seal))
		convict(w, AUDIT_INSERTED, "it was put in, and those behind it moved");
	else if (w->suspect_genuine && (gap = gap_before(w, next)) > 0)
		convict_removed(w, gap);
	else
		convict(w, AUDIT_ALTERED,
		    w->suspect_genuine
			? "its number, its id or its seal is not the one it was sealed "
			  "with"
			: "it does not say what it was sealed with, or was put in");
}

static void
decide_at_end(struct audit_walk *w, const struct audit_head *head)
{
	if (head != NULL && head->seq == w->before_seq)
		convict(w, AUDIT_INSERTED, "it stands behind the last row");
	else if (head != NULL && head->seq > w->seq && strcmp(head->seal, w->seal) == 0)
		convict_removed(w, head->seq - w->seq);
	else if (head != NULL && head->seq == w->seq &&
	    strcmp(head->seal, w->seal) == 0)
		convict_altered(w);
	else
		convict(w, AUDIT_ALTERED,
		    "its text, its number, its id or its seal is not the one it was "
		    "sealed with");
}

/* -- */

/* A row that retention removed is genuine, and comes back late. */
static struct audit_fault *
judge_time(struct audit_walk *w, const struct audit_row *row)
{
	const int64_t at = audit_row_time(row);

	if (at < w->latest_s - DAY_S)
		return audit_fault_new(w->mem, AUDIT_INSERTED, row,
		    "it is more than a day older than a row that was sealed before it: "
		    "it was removed once and put back, or a clock was wrong");
	pass_time(w, at);
	return NULL;
}

/* What its number alone tells; NULL: nothing. */
static struct audit_fault *
judge_number(struct audit_walk *w, const struct audit_row *row)
{
	if (row->seq <= w->seq)
		return audit_fault_new(w->mem, AUDIT_INSERTED, row,
		    "its number is another row's, or one that was removed by "
		    "retention");
	if (row->seq <= w->newest)
		return row->seq == w->seq + 1
		    ? NULL
		    : removed_between(w, w->seq + 1, row->seq - 1, "");
	if (row->seq == w->seq + 1 && follows(w, row, row->seq, w->seal)) {
		struct audit_fault *f = audit_fault_new(w->mem, AUDIT_ALTERED, row,
		    "an older head was put back: this row was sealed after it");

		f->object = "head";
		return f;
	}
	return audit_fault_new(w->mem, AUDIT_INSERTED, row,
	    "its number is behind the last that was given");
}

bool
audit_walk_row(struct audit_walk *w, const struct audit_row *row)
{
	if (w->suspect != NULL && row->seq == w->seq + 1)
		decide(w, row);
	else if (w->suspect != NULL)
		decide_at_end(w, NULL);
	else
		w->fault = judge_number(w, row);
	if (w->fault != NULL)
		return false;
	if (!follows(w, row, row->seq, w->seal))
		suspect(w, row);
	else
		w->fault = audit_walk_mac(w, row);
	if (w->fault == NULL && w->suspect == NULL)
		w->fault = judge_time(w, row);
	advance(w, row->seq, row->seal != NULL ? row->seal : "");
	return w->fault == NULL;
}

void
audit_walk_end(struct audit_walk *w, const struct audit_head *head)
{
	if (w->fault != NULL)
		return;
	if (w->suspect != NULL)
		decide_at_end(w, head);
	else if (head != NULL && head->seq > w->seq)
		w->fault = removed_between(w, w->seq + 1, head->seq, " from the end");
	else if (head != NULL && strcmp(head->seal, w->seal) != 0) {
		w->fault = audit_fault_new(
		    w->mem, AUDIT_ALTERED, NULL, "its seal is not the last row's");
		w->fault->object = "head";
	}
}
