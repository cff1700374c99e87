/* reveal.c - see reveal.h, and creation.h. */
#include "creation/reveal.h"

#include <string.h>

#include "crypto/secret.h"

enum { SECRETS_MAX = 64 * 1024 };

static struct slice
associated(struct ctx *cx, const char *operation_id)
{
	return slice_of(
	    arena_printf(cx->mem, "tenantd.operations/secrets/%s", operation_id));
}

/* sealed NULL: nothing is kept. */
static enum err
unseal(struct ctx *cx, struct creation_means *means, const char *operation_id,
    const char *sealed, const struct json **out)
{
	struct slice value;
	enum err rc;

	*out = NULL;
	if (sealed == NULL)
		return ERR_OK;
	arena_cleanse_at_reset(cx->mem);
	rc = seal_open(cx, means->keys, sealed, associated(cx, operation_id), &value);
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
	enum err rc = unseal(cx, means, m->operation_id, m->secrets, &kept);

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
	if (rc != ERR_OK)
		return rc;
	m->secrets = sealed;
	return db_queue(cx, means->db, STMT_operation_secrets_set,
	    DB_ARGS(m->operation_id, sealed));
}

enum err
creation_revealed(struct ctx *cx, struct creation_means *means,
    const char *operation_id, bool last, const struct json **out)
{
	struct db_rows *rows;
	enum err rc = db_query(
	    cx, means->db, STMT_operation_secrets, DB_ARGS(operation_id), &rows);

	*out = NULL;
	if (rc == ERR_OK && db_row_count(rows) > 0)
		rc = unseal(cx, means, operation_id, db_text(rows, 0, 0), out);
	if (rc == ERR_OK && *out != NULL && last)
		rc = db_queue(cx, means->db, STMT_operation_secrets_set,
		    DB_ARGS(operation_id, NULL));
	return rc;
}
