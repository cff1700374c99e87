/* password.c - see password.h. */
#include "people/password.h"

#include "base/str.h"

static enum err
is_used_again(struct ctx *cx, const struct password_wish *w)
{
	ctx_fault(cx, w->pointer, "preventPasswordReuse",
	    "is one of the last %d passwords", w->policy->password_reuse);
	return err_tell(&cx->err, ERR_INVALID,
	    "the password was used before: choose one that is not among the last %d",
	    w->policy->password_reuse);
}

static enum err
check_one(
    struct ctx *cx, struct slots *slots, const struct password_wish *w, const char *phc)
{
	bool match;
	enum err rc;

	if (!hash_is_checkable(cx, phc))
		return ERR_OK;
	rc = hash_check(cx, slots, phc, w->password, &match);
	return rc == ERR_OK && match ? is_used_again(cx, w) : rc;
}

/* The one they have is the first of the last. */
static enum err
check_reuse(
    struct ctx *cx, struct db *db, struct slots *slots, const struct password_wish *w)
{
	const int most = w->policy->password_reuse;
	char before[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc;

	if (w->of == NULL || most <= 0)
		return ERR_OK;
	rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_password_history, w->of->id, str_from_i64(before, most - 1)),
	    &rows);
	if (rc == ERR_OK)
		rc = check_one(cx, slots, w, w->of->password_hash);
	for (int i = 0; rc == ERR_OK && i < db_row_count(rows); i++)
		rc = check_one(cx, slots, w, db_text(rows, i, 0));
	return rc;
}

static enum err
check_size(struct ctx *cx, const struct password_wish *w)
{
	if (w->password.n <= PASSWORD_MAX)
		return ERR_OK;
	ctx_fault(cx, w->pointer, "maxLength", "has more than %d bytes", PASSWORD_MAX);
	return err_tell(&cx->err, ERR_INVALID, "the password is too long");
}

enum err
password_check(struct ctx *cx, const struct password_wish *w)
{
	enum err rc = check_size(cx, w);

	return rc == ERR_OK ? policy_check_password(cx, w->policy, w->pointer,
				  (struct slice){w->password.text, w->password.n})
			    : rc;
}

enum err
password_accept(struct ctx *cx, struct db *db, struct slots *slots,
    const struct password_wish *w, const char **phc)
{
	enum err rc = password_check(cx, w);

	if (rc == ERR_OK)
		rc = check_reuse(cx, db, slots, w);
	return rc == ERR_OK ? hash_make(cx, slots, w->password, phc) : rc;
}

enum err
password_store(struct ctx *cx, struct db *db, const char *user_id, const char *phc)
{
	char most[STR_I64_SIZE];
	struct user now;
	bool found;
	enum err rc = user_hold(cx, db, user_id, &now, &found);

	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_user_password_reset,
		    DB_ARGS(user_id, phc,
			found && hash_is_checkable(cx, now.password_hash) ? "true"
									  : "false"));
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_password_prune,
		    DB_ARGS(user_id, str_from_i64(most, PASSWORD_HISTORY_MOST)));
	return rc;
}
