/* session.c - see session.h. */
#include "session/session.h"

#include "base/id.h"
#include "base/str.h"
#include "crypto/opaque.h"

static const char *
bool_text(bool b)
{
	return b ? "true" : "false";
}

static int
smaller(int a, int b)
{
	return a < b ? a : b;
}

/* -- a beginning -- */

static enum err
add_token(struct ctx *cx, struct db *db, struct session_grant *to)
{
	struct opaque token;
	enum err rc = opaque_make(cx, OPAQUE_REFRESH, &token);

	if (rc != ERR_OK)
		return rc;
	to->refresh_token = token.text;
	return db_queue(cx, db, STMT_session_token_add, DB_ARGS(token.digest, to->id));
}

/* Beside one: kept, or one that is about to begin. */
static enum err
make_room(struct ctx *cx, struct db *db, const char *user_id, const char *kept,
    const struct session_terms *terms)
{
	char others[STR_I64_SIZE];

	return db_queue(cx, db, STMT_session_limit,
	    DB_ARGS(user_id, str_from_i64(others, terms->most - 1), kept));
}

enum err
session_begin(struct ctx *cx, struct db *db, const struct session_draft *d,
    const struct session_terms *terms, struct session_grant *out)
{
	char id[UUID_TEXT_SIZE], seconds[STR_I64_SIZE];
	enum err rc = make_room(cx, db, d->user_id, NULL, terms);

	uuid_text(id, uuid_random());
	out->id = arena_strdup(cx->mem, id);
	out->left_s = smaller(terms->timeout_s, terms->longest_s);
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_session_begin,
		    DB_ARGS(id, d->user_id, d->tenant_id, d->scope, d->address,
			d->agent, bool_text(d->mfa), str_from_i64(seconds, out->left_s),
			bool_text(d->chosen)));
	return rc == ERR_OK ? add_token(cx, db, out) : rc;
}

/* -- a refresh token -- */

enum err
session_token_find(struct ctx *cx, struct db *db, const char *text,
    struct session_token *out, bool *found)
{
	struct db_rows *rows;
	enum err rc;

	*found = false;
	*out = (struct session_token){0};
	if (!opaque_digest(text, OPAQUE_REFRESH, out->digest))
		return ERR_OK;
	rc = db_query(cx, db, STMT_session_token_user, DB_ARGS(out->digest), &rows);
	*found = rc == ERR_OK && db_row_count(rows) == 1;
	if (*found) {
		out->user_id = db_text(rows, 0, 0);
		out->session_id = db_text(rows, 0, 1);
	}
	return rc;
}

enum err
session_token_hold(struct ctx *cx, struct db *db, struct session_token *t)
{
	struct db_rows *rows;
	enum err rc =
	    db_query(cx, db, STMT_session_token_hold, DB_ARGS(t->digest), &rows);

	if (rc != ERR_OK)
		return rc;
	t->ended = true;
	if (db_row_count(rows) == 0)
		return ERR_OK; /* removed since it was found */
	t->tenant_id = db_text(rows, 0, 0);
	t->scope = db_text(rows, 0, 1);
	t->mfa = db_bool(rows, 0, 2);
	t->ended = db_bool(rows, 0, 3);
	t->used = db_bool(rows, 0, 4);
	t->chosen = db_bool(rows, 0, 5);
	return ERR_OK;
}

enum err
session_token_use(struct ctx *cx, struct db *db, const struct session_token *t,
    const struct session_terms *terms, struct session_grant *out)
{
	char timeout[STR_I64_SIZE], longest[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_session_renew,
	    DB_ARGS(t->session_id, t->tenant_id,
		str_from_i64(timeout, terms->timeout_s), bool_text(terms->extends),
		str_from_i64(longest, terms->longest_s), bool_text(t->chosen)),
	    &rows);

	*out = (struct session_grant){.id = t->session_id};
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	out->left_s = db_i64(rows, 0, 0);
	rc = db_queue(cx, db, STMT_session_token_use, DB_ARGS(t->digest));
	return rc == ERR_OK ? add_token(cx, db, out) : rc;
}

enum err
session_limit(struct ctx *cx, struct db *db, const struct session_token *t,
    const struct session_terms *terms)
{
	return make_room(cx, db, t->user_id, t->session_id, terms);
}

/* -- those that go on -- */

enum err
sessions_list(struct ctx *cx, struct db *db, struct session_page *page)
{
	char limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_session_list, page->user_id, page->after,
		str_from_i64(limit, page->limit)),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	page->count = db_row_count(rows);
	page->list =
	    arena_alloc(cx->mem, ((size_t)page->count + 1) * sizeof(*page->list));
	for (int i = 0; i < page->count; i++)
		page->list[i] = (struct session){
		    .id = db_text(rows, i, 0),
		    .tenant_id = db_text(rows, i, 1),
		    .scope = db_text(rows, i, 2),
		    .address = db_text(rows, i, 3),
		    .agent = db_text(rows, i, 4),
		    .mfa = db_bool(rows, i, 5),
		    .created_at = db_text(rows, i, 6),
		    .last_used_at = db_text(rows, i, 7),
		    .expires_at = db_text(rows, i, 8),
		};
	return ERR_OK;
}

enum err
sessions_count(struct ctx *cx, struct db *db, const char *user_id, int64_t *count)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL(STMT_session_count, user_id), &rows);

	*count = rc == ERR_OK ? db_i64(rows, 0, 0) : 0;
	return rc;
}

enum err
session_end(struct ctx *cx, struct db *db, const struct session_end *which, bool *ended)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_session_end,
	    DB_ARGS(which->id, which->user_id, which->reason), &rows);

	*ended = rc == ERR_OK && db_row_count(rows) == 1;
	return rc;
}

enum err
session_note_factor(
    struct ctx *cx, struct db *db, const char *user_id, const char *session_id)
{
	return db_queue(cx, db, STMT_session_factor, DB_ARGS(session_id, user_id));
}

enum err
sessions_end_of(struct ctx *cx, struct db *db, const char *user_id, const char *reason,
    const char *kept)
{
	return db_queue(cx, db, STMT_session_end_all, DB_ARGS(user_id, reason, kept));
}
