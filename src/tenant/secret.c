/* secret.c - see secret.h. */
#include "tenant/secret.h"

#include <stdint.h>

#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/secret.h"

/* What is sealed of a tenant's key is hexadecimal text: 32 random bytes. */
enum { KEY_BYTES = 32, KEY_HEX = 2 * KEY_BYTES, BATCH = 100 };

static struct slice
place_of_key(struct ctx *cx, const char *tenant_id)
{
	return slice_of(arena_printf(cx->mem, "tenant_key|%s", tenant_id));
}

static struct slice
place_of_value(struct ctx *cx, const struct tenant_secret_name *of)
{
	return slice_of(arena_printf(cx->mem, "%s|%s", of->tenant_id, of->name));
}

static enum err
make_key(struct ctx *cx, const struct seal_keys *keys, const char *tenant_id,
    const char **sealed)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[KEY_BYTES];
	char hex[KEY_HEX + 1] = "";
	enum err rc = random_bytes(&cx->err, raw, sizeof(raw));

	for (size_t i = 0; rc == ERR_OK && i < sizeof(raw); i++) {
		hex[2 * i] = digits[raw[i] >> 4];
		hex[2 * i + 1] = digits[raw[i] & 15];
	}
	if (rc == ERR_OK)
		rc = seal_make(cx, keys, (struct slice){hex, KEY_HEX},
		    place_of_key(cx, tenant_id), sealed);
	secret_cleanse(raw, sizeof(raw));
	secret_cleanse(hex, sizeof(hex));
	return rc;
}

/* own: freed by the caller. */
static enum err
open_key(struct ctx *cx, const struct seal_keys *keys, const char *tenant_id,
    const char *sealed, struct seal_keys **own)
{
	struct slice hex = {0};
	enum err rc = seal_open(cx, keys, sealed, place_of_key(cx, tenant_id), &hex);

	*own = NULL;
	if (rc == ERR_OK) {
		rc = seal_keys_new(&cx->err, hex.p, NULL, own);
		secret_cleanse((void *)(uintptr_t)hex.p, hex.n);
	}
	if (rc != ERR_OK)
		err_note(&cx->err, "the key of tenant \"%s\"", tenant_id);
	return rc;
}

/* Whoever makes one at the same time waits, and takes the other's. */
static enum err
hold_key(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const char *tenant_id, struct seal_keys **own)
{
	struct db_rows *rows;
	const char *fresh;
	enum err rc = db_query(cx, db, STMT_tenant_key_find, DB_ARGS(tenant_id), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0) {
		rc = make_key(cx, keys, tenant_id, &fresh);
		if (rc == ERR_OK)
			rc = db_queue(
			    cx, db, STMT_tenant_key_add, DB_ARGS(tenant_id, fresh));
		if (rc == ERR_OK)
			rc = db_query(
			    cx, db, STMT_tenant_key_find, DB_ARGS(tenant_id), &rows);
	}
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_set(&cx->err, ERR_INTERNAL,
		    "the key of tenant \"%s\" was removed meanwhile", tenant_id);
	return rc == ERR_OK ? open_key(cx, keys, tenant_id, db_text(rows, 0, 0), own)
			    : rc;
}

static const char *
hint_of(struct ctx *cx, struct slice value)
{
	if (value.n < TENANT_SECRET_HINT_LEAST)
		return "";
	return slice_dup(cx->mem,
	    (struct slice){value.p + value.n - TENANT_SECRET_HINT, TENANT_SECRET_HINT});
}

enum err
tenant_secret_put(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const struct tenant_secret_name *of, struct slice value)
{
	struct seal_keys *own = NULL;
	const char *sealed = NULL;
	enum err rc = hold_key(cx, db, keys, of->tenant_id, &own);

	if (rc == ERR_OK)
		rc = seal_make(cx, own, value, place_of_value(cx, of), &sealed);
	seal_keys_free(own);
	return rc == ERR_OK
	    ? db_queue(cx, db, STMT_tenant_secret_put,
		  DB_ARGS(of->tenant_id, of->name, sealed, hint_of(cx, value)))
	    : rc;
}

enum err
tenant_secret_remove(struct ctx *cx, struct db *db, const struct tenant_secret_name *of)
{
	return db_queue(
	    cx, db, STMT_tenant_secret_remove, DB_ARGS(of->tenant_id, of->name));
}

/* Of the row that the statement found, if it found one. */
static enum err
open_row(struct ctx *cx, const struct seal_keys *keys,
    const struct tenant_secret_name *of, const struct db_rows *rows,
    struct slice *value)
{
	struct seal_keys *own = NULL;
	const char *key;
	enum err rc;

	if (db_row_count(rows) == 0)
		return ERR_OK;
	key = db_text(rows, 0, 1);
	if (key == NULL)
		return err_set(&cx->err, ERR_INTERNAL,
		    "tenant \"%s\" keeps a secret, and has no key", of->tenant_id);
	rc = open_key(cx, keys, of->tenant_id, key, &own);
	if (rc == ERR_OK) {
		rc = seal_open(
		    cx, own, db_text(rows, 0, 0), place_of_value(cx, of), value);
		if (rc != ERR_OK)
			err_note(&cx->err, "\"%s\" of tenant \"%s\"", of->name,
			    of->tenant_id);
	}
	seal_keys_free(own);
	return rc;
}

enum err
tenant_secret_open(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const struct tenant_secret_name *of, struct slice *value)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, db, of->tenant_id,
	    DB_CALL(STMT_tenant_secret_find, of->tenant_id, of->name), &rows);

	*value = (struct slice){0};
	return rc == ERR_OK ? open_row(cx, keys, of, rows, value) : rc;
}

enum err
tenant_secret_query(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const struct tenant_secret_name *of, struct slice *value)
{
	struct db_rows *rows;
	enum err rc = db_query(
	    cx, db, STMT_tenant_secret_find, DB_ARGS(of->tenant_id, of->name), &rows);

	*value = (struct slice){0};
	return rc == ERR_OK ? open_row(cx, keys, of, rows, value) : rc;
}

/* -- after SECRET_KEY was changed -- */

struct bad_key {
	struct bad_key *next;
	const char *text;
};

struct resealing {
	const struct seal_keys *keys;
	const char *after; /* the tenant that was looked at last */
	const char *last;  /* the same, of the batch under way */
	struct bad_key *bad, *batch_bad;
	int count, seen;
};

static enum err
reseal_one(struct ctx *cx, struct db *db, struct resealing *r, const char *tenant_id,
    const char *sealed)
{
	const struct slice place = place_of_key(cx, tenant_id);
	struct slice hex = {0};
	const char *fresh = NULL;
	struct bad_key *bad;
	enum err rc = seal_open(cx, r->keys, sealed, place, &hex);

	if (rc != ERR_OK) {
		bad = arena_alloc(cx->mem, sizeof(*bad));
		bad->text = arena_printf(cx->mem, "the key of tenant \"%s\": %s",
		    tenant_id, cx->err.message);
		bad->next = r->batch_bad;
		r->batch_bad = bad;
		err_clear(&cx->err);
		return ERR_OK;
	}
	rc = seal_make(cx, r->keys, hex, place, &fresh);
	secret_cleanse((void *)(uintptr_t)hex.p, hex.n);
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_tenant_key_set, DB_ARGS(tenant_id, fresh));
	r->count++;
	return rc;
}

static enum err
reseal_batch(struct ctx *cx, struct db *db, void *arg)
{
	struct resealing *r = arg;
	char most[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_tenant_key_stale_hold,
	    DB_ARGS(seal_keys_id(r->keys), r->after, str_from_i64(most, BATCH)), &rows);

	r->count = 0;
	r->batch_bad = r->bad;
	r->seen = rc == ERR_OK ? db_row_count(rows) : 0;
	for (int i = 0; rc == ERR_OK && i < r->seen; i++) {
		r->last = db_text(rows, i, 0);
		rc = reseal_one(cx, db, r, r->last, db_text(rows, i, 1));
	}
	return rc;
}

enum err
tenant_keys_reseal(
    struct ctx *cx, struct db *db, const struct seal_keys *keys, int *count)
{
	struct resealing r = {.keys = keys, .after = ""};
	enum err rc;

	*count = 0;
	do {
		rc = db_transaction(cx, db, DB_MANAGEMENT, reseal_batch, &r);
		if (rc != ERR_OK)
			return rc;
		*count += r.count;
		r.after = r.last;
		r.bad = r.batch_bad;
	} while (r.seen == BATCH);
	for (const struct bad_key *b = r.bad; b != NULL; b = b->next)
		ctx_fault(cx, "", "seal", "%s", b->text);
	return r.bad == NULL
	    ? ERR_OK
	    : err_set(&cx->err, ERR_INTERNAL, "the keys of %u tenants do not open",
		  cx->fault_count);
}
