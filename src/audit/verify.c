/* verify.c - see verify.h. */
#include "audit/verify.h"

#include <stdio.h>
#include <string.h>

#include "audit/keys.h"
#include "audit/walk.h"
#include "base/id.h"

enum {
	PAGE = 500,
	COPIES_PAGE = 20000,
	PAGE_MEMORY = 64 * 1024 * 1024,
	HEAD_COLUMN = AUDIT_ROW_COLUMNS,
	CHECKPOINT_COLUMN = HEAD_COLUMN + AUDIT_HEAD_COLUMNS
};

struct verifying {
	struct ctx *cx;
	struct ctx page; /* its memory is that of one page */
	struct audit *log;
	struct db *db;
	const struct audit_expectation *expected;
	bool met; /* what was expected is there */
	struct audit_walk walk;
	struct audit_report *report;
};

const char *
audit_verdict_name(enum audit_verdict v)
{
	static const char *const names[AUDIT_VERDICT_COUNT] = {
	    "sound", "altered", "removed", "inserted", "unsealed"};

	return names[v];
}

enum err
audit_expectation_read(struct ctx *cx, const char *text, struct audit_expectation *out)
{
	struct slice rest = slice_of(text), number;

	if (!slice_cut(&rest, ':', &number) ||
	    !str_to_i64(number, 1, INT64_MAX, &out->seq) ||
	    rest.n != AUDIT_MAC_SIZE - 1)
		return err_tell(&cx->err, ERR_USAGE,
		    "\"%s\" is not a head: a number, a colon and a seal", text);
	out->seal = slice_dup(cx->mem, rest);
	return ERR_OK;
}

static void
add(struct audit_report *report, struct audit_fault *f)
{
	if (f == NULL)
		return;
	if (report->last != NULL)
		report->last->next = f;
	else
		report->first = f;
	report->last = f;
}

static void
add_about(struct verifying *v, const char *object, enum audit_verdict verdict,
    const char *text)
{
	struct audit_fault *f = audit_fault_new(v->cx->mem, verdict, NULL, text);

	f->object = object;
	add(v->report, f);
}

/* A page's own memory and error, of which the caller sees the error alone. */
static enum err
read_page(struct verifying *v, const struct db_call *call, struct db_rows **rows)
{
	enum err rc;

	arena_reset(v->page.mem);
	ctx_clear(&v->page);
	v->page.deadline_ms = v->cx->deadline_ms;
	rc = db_read(&v->page, v->db, DB_MANAGEMENT, call, rows);
	if (rc != ERR_OK)
		v->cx->err = v->page.err;
	return rc;
}

/* -- checkpoints -- */

static void
check_expected(struct verifying *v, int64_t seq, const char *seal)
{
	if (v->expected != NULL && v->expected->seq == seq)
		v->met = v->met || strcmp(v->expected->seal, seal) == 0;
}

static bool
take_checkpoint(struct verifying *v, const struct audit_checkpoint *c)
{
	if (!audit_checkpoint_genuine(v->walk.keys, c)) {
		struct audit_fault *f = audit_fault_new(v->cx->mem, AUDIT_INSERTED,
		    NULL, "it was not written by this program, or was altered");

		f->object = "checkpoint";
		f->seq = c->seq;
		add(v->report, f);
		return false;
	}
	check_expected(v, c->seq, c->seal);
	audit_walk_from(&v->walk, c);
	return true;
}

/* The walk begins behind the newest one that is genuine. */
static enum err
check_checkpoints(struct verifying *v)
{
	char after[STR_I64_SIZE], most[STR_I64_SIZE];
	struct audit_checkpoint c = {0};
	struct db_rows *rows;
	enum err rc;
	int n;

	do {
		rc = read_page(v,
		    DB_CALL(STMT_audit_checkpoints, str_from_i64(after, c.seq),
			str_from_i64(most, PAGE)),
		    &rows);
		n = rc == ERR_OK ? db_row_count(rows) : 0;
		for (int i = 0; i < n; i++) {
			audit_checkpoint_read(rows, i, 0, &c);
			if (!take_checkpoint(v, &c))
				return ERR_OK;
		}
	} while (n == PAGE);
	return rc;
}

/* -- the chain -- */

static const char *
time_text(struct arena *mem, const char *epoch)
{
	char text[CLOCK_TEXT_SIZE];

	if (epoch == NULL)
		return NULL;
	clock_text(text, audit_seconds_of(epoch) * 1000);
	return arena_strdup(mem, text);
}

/* *head: as it was when the page was read; NULL: it cannot be trusted. */
static const struct audit_head *
take_head(struct verifying *v, const struct db_rows *rows, struct audit_head *head)
{
	audit_head_read(rows, 0, HEAD_COLUMN, head);
	if (head->mac != NULL && audit_head_genuine(v->walk.keys, head)) {
		v->report->seq = v->walk.newest = head->seq;
		v->report->seal = arena_strdup(v->cx->mem, head->seal);
		v->report->began = time_text(v->cx->mem, head->began);
		return head;
	}
	if (v->walk.newest != INT64_MAX && head->mac == NULL)
		add_about(v, "head", AUDIT_REMOVED, "it is gone");
	else if (v->walk.newest != INT64_MAX)
		add_about(
		    v, "head", AUDIT_ALTERED, "it is not what this program signed");
	v->walk.newest = INT64_MAX;
	return NULL;
}

/* Retention may have taken rows away since the last page. */
static void
follow_retention(struct verifying *v, const struct db_rows *rows)
{
	struct audit_checkpoint c;

	audit_checkpoint_read(rows, 0, CHECKPOINT_COLUMN, &c);
	if (c.seq > v->walk.seq && v->walk.suspect == NULL &&
	    audit_checkpoint_genuine(v->walk.keys, &c))
		audit_walk_from(&v->walk, &c);
}

/* The rows of one page: how many, and the last one's id. */
static int
walk_page(struct verifying *v, const struct db_rows *rows, int64_t *id)
{
	struct audit_row row;
	int n = 0;

	for (; n < db_row_count(rows) && db_text(rows, n, 0) != NULL; n++) {
		audit_row_read(rows, n, &row);
		if (!audit_walk_row(&v->walk, &row))
			return n;
		if (v->report->oldest == 0)
			v->report->oldest = row.seq;
		v->report->rows++;
		check_expected(v, row.seq, row.seal != NULL ? row.seal : "");
		*id = db_i64(rows, n, 0);
	}
	return n;
}

static enum err
check_chain(struct verifying *v)
{
	char seq[STR_I64_SIZE], after[STR_I64_SIZE], most[STR_I64_SIZE];
	const struct audit_head *trusted;
	struct audit_head head;
	struct db_rows *rows;
	int64_t last = 0, id = 0;
	enum err rc;
	int n;

	/* from the first that is there, also where retention has taken it away */
	do {
		rc = read_page(v,
		    DB_CALL(STMT_audit_page, str_from_i64(seq, last),
			str_from_i64(after, id), str_from_i64(most, PAGE)),
		    &rows);
		if (rc != ERR_OK)
			return rc;
		trusted = take_head(v, rows, &head);
		follow_retention(v, rows);
		n = walk_page(v, rows, &id);
		last = v->walk.seq;
	} while (n == PAGE);
	audit_walk_end(&v->walk, trusted);
	add(v->report, v->walk.fault);
	return ERR_OK;
}

/* -- what is not in the chain yet -- */

/* NULL: it is young enough. What says a wrong time has a wrong MAC. */
static struct audit_fault *
judge_wait(const struct verifying *v, const struct audit_row *row)
{
	if (clock_wall_s() - audit_row_time(row) <= AUDIT_UNSEALED_MOST_S)
		return NULL;
	return audit_fault_new(v->cx->mem, AUDIT_UNSEALED, row,
	    "it has waited for its seal for more than a minute: nobody seals, or "
	    "somebody holds the head; see tenantd audit seal");
}

static enum err
check_unsealed(struct verifying *v)
{
	char after[STR_I64_SIZE], most[STR_I64_SIZE];
	struct audit_fault *f = NULL, *late = NULL;
	struct audit_row row;
	struct db_rows *rows;
	int64_t id = 0;
	enum err rc;
	int n;

	do {
		rc = read_page(v,
		    DB_CALL(STMT_audit_unsealed, str_from_i64(after, id),
			str_from_i64(most, PAGE)),
		    &rows);
		n = rc == ERR_OK ? db_row_count(rows) : 0;
		for (int i = 0; i < n && f == NULL; i++) {
			audit_row_read(rows, i, &row);
			f = audit_walk_mac(&v->walk, &row);
			if (f == NULL && late == NULL)
				late = judge_wait(v, &row);
			id = db_i64(rows, i, 0);
		}
		v->report->unsealed += n;
	} while (n == PAGE && f == NULL);
	add(v->report, f);
	add(v->report, late);
	return rc;
}

/* One row's MAC proves any copy of it. */
static enum err
check_copies(struct verifying *v)
{
	char most[STR_I64_SIZE], entry[UUID_TEXT_SIZE] = "";
	struct audit_fault *f;
	struct db_rows *rows;
	struct audit_row row;
	enum err rc;

	do {
		rc = read_page(v,
		    DB_CALL(STMT_audit_copies, entry[0] != '\0' ? entry : NULL,
			str_from_i64(most, COPIES_PAGE)),
		    &rows);
		if (rc != ERR_OK || db_text(rows, 0, 1) == NULL)
			return rc;
		snprintf(entry, sizeof(entry), "%s", db_text(rows, 0, 1));
	} while (db_text(rows, 0, 2) == NULL && db_i64(rows, 0, 0) == COPIES_PAGE);
	if (db_text(rows, 0, 2) == NULL)
		return ERR_OK;
	row = (struct audit_row){.id = db_text(rows, 0, 2),
	    .seq = db_i64(rows, 0, 4),
	    .at = db_text(rows, 0, 6)};
	row.content.field[AUDIT_EVENT] = db_text(rows, 0, 5);
	f = audit_fault_new(v->cx->mem, AUDIT_INSERTED, &row,
	    arena_printf(
		v->cx->mem, "it is a copy of the row with id %s", db_text(rows, 0, 3)));
	add(v->report, f);
	return ERR_OK;
}

/* -- */

static void
judge_expected(struct verifying *v)
{
	const struct audit_expectation *x = v->expected;
	const struct audit_report *r = v->report;

	if (x == NULL || v->met || v->walk.fault != NULL)
		return;
	if (x->seq > r->seq)
		add_about(v, "head", AUDIT_REMOVED,
		    "the log once went further: what was kept of it is behind its end");
	else if (r->oldest == 0 || x->seq < r->oldest)
		add_about(v, "head", AUDIT_REMOVED,
		    "retention took the rows away that what was kept could be compared "
		    "with");
	else
		add_about(v, "head", AUDIT_ALTERED,
		    "this is another log than the one that was kept: its row with that "
		    "number has another seal");
}

static enum err
check_all(struct verifying *v)
{
	enum err rc = check_checkpoints(v);

	if (rc == ERR_OK)
		rc = check_chain(v);
	if (rc == ERR_OK)
		rc = check_unsealed(v);
	if (rc == ERR_OK)
		rc = check_copies(v);
	if (rc == ERR_OK)
		judge_expected(v);
	return rc;
}

/* Without a key there is nothing yet, or nothing can be proved. */
static enum err
check_without_key(struct verifying *v)
{
	struct audit_head head;
	struct db_rows *rows;
	enum err rc = read_page(v, DB_CALL(STMT_audit_page, "0", "0", "1"), &rows);

	if (rc != ERR_OK)
		return rc;
	audit_head_read(rows, 0, HEAD_COLUMN, &head);
	if (head.mac == NULL)
		add_about(v, "head", AUDIT_REMOVED, "it is gone");
	else if (head.mac[0] != '\0' || db_text(rows, 0, 0) != NULL ||
	    db_text(rows, 0, CHECKPOINT_COLUMN) != NULL)
		add_about(v, "key", AUDIT_REMOVED,
		    "it is gone from tenantd.sealed_keys, and nothing can be proved");
	else if (!audit_head_is_blank(&head))
		add_about(
		    v, "head", AUDIT_ALTERED, "it is not what this program signed");
	rc = check_unsealed(v);
	if (rc == ERR_OK)
		judge_expected(v);
	return rc;
}

static enum err
find_keys(struct ctx *cx, struct db *db, void *arg)
{
	struct verifying *v = arg;

	return audit_keys_find(cx, v->log, db, &v->walk.keys);
}

/* The key may have been made while we looked for what it made. */
static enum err
check(struct verifying *v)
{
	enum err rc;

	if (v->walk.keys == NULL) {
		rc = check_without_key(v);
		if (rc == ERR_OK && v->report->first != NULL)
			rc = db_transaction(v->cx, v->db, DB_MANAGEMENT, find_keys, v);
		if (rc != ERR_OK || v->walk.keys == NULL)
			return rc;
		*v->report = (struct audit_report){.seal = ""};
	}
	return check_all(v);
}

/* What SECRET_KEY does not open is a finding; a database that is away is none. */
static bool
is_finding(const struct ctx *cx, enum err rc)
{
	return rc == ERR_INTERNAL && cx->err.sqlstate[0] == '\0';
}

enum err
audit_verify(struct ctx *cx, struct audit *log, struct db *db,
    const struct audit_expectation *expected, struct audit_report *out)
{
	struct verifying v = {.cx = cx,
	    .log = log,
	    .db = db,
	    .expected = expected,
	    .walk = {.mem = cx->mem},
	    .report = out};
	enum err rc = db_transaction(cx, db, DB_MANAGEMENT, find_keys, &v);

	*out = (struct audit_report){.seal = ""};
	if (is_finding(cx, rc)) {
		add_about(&v, "key", AUDIT_ALTERED,
		    arena_printf(cx->mem,
			"SECRET_KEY does not open it, so that nothing can be proved: "
			"%s",
			cx->err.message));
		ctx_clear(cx);
		return ERR_OK;
	}
	if (rc != ERR_OK)
		return rc;
	ctx_init(&v.page, arena_new(PAGE_MEMORY));
	rc = check(&v);
	arena_free(v.page.mem);
	return rc;
}
