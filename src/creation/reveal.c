/* reveal.c - see reveal.h, and creation.h. */
#include "creation/reveal.h"

#include <string.h>

#include "base/clock.h"
#include "crypto/secret.h"
#include "operation/run.h"

enum { SECRETS_MAX = 64 * 1024 };

static struct slice
associated(struct ctx *cx, const char *operation_id)
{
	return slice_of(
	    arena_printf(cx->mem, "tenantd.operations/secrets/%s", operation_id));
}

/* Holds the row. */
static enum err
look(struct ctx *cx, struct creation_means *means, const char *operation_id,
    const struct json **out)
{
	struct db_rows *rows;
	struct slice value;
	enum err rc = db_query(
	    cx, means->db, STMT_operation_secrets, DB_ARGS(operation_id), &rows);

	*out = NULL;
	if (rc != ERR_OK || db_row_count(rows) == 0 || db_text(rows, 0, 0) == NULL)
		return rc;
	arena_cleanse_at_reset(cx->mem);
	rc = seal_open(
	    cx, means->keys, db_text(rows, 0, 0), associated(cx, operation_id), &value);
	return rc == ERR_OK ? json_parse(cx, value.p, value.n, 0, out) : rc;
}

struct adding {
	struct json_out o;
	const char *name;
};

static bool
keep(const char *name, const struct json *value, void *arg)
{
	struct adding *a = arg;

	if (strcmp(name, a->name) != 0) {
		json_name(&a->o, name);
		json_put(&a->o, value);
	}
	return true;
}

enum err
creation_reveal(struct ctx *cx, struct making *m, const char *name, const char *value)
{
	struct creation_means *means = m->means;
	struct adding a = {.name = name};
	const struct json *kept;
	const char *sealed;
	struct buf b;
	enum err rc = look(cx, means, m->operation_id, &kept);

	if (rc != ERR_OK)
		return rc;
	arena_cleanse_at_reset(cx->mem);
	buf_init(&b, cx->mem, SECRETS_MAX);
	json_out_init(&a.o, &b);
	json_open_object(&a.o);
	json_each(kept, keep, &a);
	json_member_text(&a.o, name, value);
	json_close_object(&a.o);
	if (b.failed)
		return err_set(&cx->err, ERR_INTERNAL, "too much to be shown once");
	rc = seal_make(cx, means->keys, (struct slice){b.p, b.n},
	    associated(cx, m->operation_id), &sealed);
	secret_cleanse(b.p, b.n);
	return rc == ERR_OK ? db_queue(cx, means->db, STMT_operation_secrets_set,
				  DB_ARGS(m->operation_id, sealed))
			    : rc;
}

enum err
creation_revealed(struct ctx *cx, struct creation_means *means,
    const char *operation_id, bool last, const struct json **out)
{
	enum err rc = look(cx, means, operation_id, out);

	if (rc == ERR_OK && *out != NULL && last)
		rc = db_queue(cx, means->db, STMT_operation_secrets_set,
		    DB_ARGS(operation_id, NULL));
	return rc;
}

struct renewal {
	struct making *m;
	bool held;
};

static enum err
renew(struct ctx *cx, struct db *db, void *arg)
{
	struct renewal *r = arg;
	struct operation_guard guard;
	enum err rc = operation_guard(cx, db, r->m->operation_id, r->m->holder, &guard);

	r->held = guard.held;
	return rc;
}

enum err
creation_renew(struct ctx *cx, struct making *m)
{
	const int64_t until = clock_mono_ms() + m->holder->lease_ms;
	struct renewal r = {.m = m};
	enum err rc = db_transaction(cx, m->means->db, DB_MANAGEMENT, renew, &r);

	if (rc == ERR_OK && !r.held)
		rc = err_set(&cx->err, ERR_CONFLICT, "somebody else is at it by now");
	if (rc == ERR_OK)
		cx->deadline_ms = until;
	return rc;
}
