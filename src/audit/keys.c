/* keys.c - see keys.h. */
#include "audit/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "crypto/random.h"
#include "crypto/secret.h"

#define KEY_NAME "audit"

struct audit *
audit_new(const struct seal_keys *keys)
{
	struct audit *log = calloc(1, sizeof(*log));

	if (log == NULL)
		abort();
	log->seal_keys = keys;
	return log;
}

void
audit_free(struct audit *log)
{
	if (log == NULL)
		return;
	secret_cleanse(log, sizeof(*log));
	free(log);
}

static struct slice
associated(struct ctx *cx, const char *name)
{
	return slice_of(arena_printf(cx->mem, "tenantd.sealed_keys/%s", name));
}

static enum err
open_key(struct ctx *cx, struct audit *log, const char *sealed)
{
	struct slice secret;
	enum err rc =
	    seal_open(cx, log->seal_keys, sealed, associated(cx, KEY_NAME), &secret);

	if (rc != ERR_OK) {
		err_note(&cx->err, "the audit log's key, which SECRET_KEY seals");
		return rc;
	}
	if (secret.n == AUDIT_SECRET_SIZE)
		audit_keys_derive(&log->keys, (const unsigned char *)secret.p);
	else
		rc = err_set(
		    &cx->err, ERR_INTERNAL, "the audit log's key has a wrong length");
	secret_cleanse((char *)(uintptr_t)secret.p, secret.n);
	return rc;
}

enum err
audit_keys_find(
    struct ctx *cx, struct audit *log, struct db *db, const struct audit_keys **out)
{
	struct db_rows *rows;
	enum err rc;

	*out = log->known ? &log->keys : NULL;
	if (log->known)
		return ERR_OK;
	rc = db_query(cx, db, STMT_sealed_key_find, DB_ARGS(KEY_NAME), &rows);
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	if ((rc = open_key(cx, log, db_text(rows, 0, 0))) != ERR_OK)
		return rc;
	log->known =
	    !db_bool(rows, 0, 1); /* this transaction may yet come to nothing */
	*out = &log->keys;
	return ERR_OK;
}

/* -- the head -- */

void
audit_head_read(const struct db_rows *rows, int row, int column, struct audit_head *out)
{
	*out = (struct audit_head){
	    .seq = db_i64(rows, row, column),
	    .seal = db_text(rows, row, column + 1),
	    .began = db_text(rows, row, column + 2),
	    .epoch = db_text(rows, row, column + 3),
	    .mac = db_text(rows, row, column + 4),
	};
}

enum err
audit_head_write(struct ctx *cx, struct db *db, const struct audit_keys *k,
    struct audit_head *head, const struct audit_time *now)
{
	char mac[AUDIT_MAC_SIZE], seq[STR_I64_SIZE];

	head->epoch = now->epoch;
	audit_head_mac(mac, k, head);
	return db_queue(cx, db, STMT_audit_head_set,
	    DB_ARGS(str_from_i64(seq, head->seq), head->seal, now->text, mac));
}

bool
audit_head_is_blank(const struct audit_head *head)
{
	return head->seq == 0 && head->began == NULL && head->epoch == NULL &&
	    head->seal != NULL && head->seal[0] == '\0' && head->mac != NULL &&
	    head->mac[0] == '\0';
}

/* The head of no row, with the moment in which the chain begins. */
static enum err
begin_head(struct ctx *cx, struct db *db, const struct audit_keys *k)
{
	const struct audit_time now = audit_time_of(clock_wall_ms());
	char mac[AUDIT_MAC_SIZE];

	audit_head_mac(mac, k, &(struct audit_head){.seal = "", .began = now.epoch});
	return db_queue(cx, db, STMT_audit_head_begin, DB_ARGS(now.text, mac));
}

/* -- made on first need, by whoever holds the head -- */

static enum err
make_key(struct ctx *cx, struct audit *log, struct db *db)
{
	unsigned char secret[AUDIT_SECRET_SIZE];
	const char *sealed;
	enum err rc = random_bytes(&cx->err, secret, sizeof(secret));

	if (rc == ERR_OK)
		rc = seal_make(cx, log->seal_keys,
		    (struct slice){(const char *)secret, sizeof(secret)},
		    associated(cx, KEY_NAME), &sealed);
	if (rc == ERR_OK) {
		audit_keys_derive(&log->keys, secret);
		rc = db_queue(cx, db, STMT_sealed_key_add, DB_ARGS(KEY_NAME, sealed));
	}
	secret_cleanse(secret, sizeof(secret));
	if (rc == ERR_OK)
		rc = begin_head(cx, db, &log->keys);
	return rc;
}

enum err
audit_keys_need(
    struct ctx *cx, struct audit *log, struct db *db, const struct audit_keys **out)
{
	struct audit_head head;
	struct db_rows *rows;
	enum err rc = audit_keys_find(cx, log, db, out);

	if (rc != ERR_OK || *out != NULL)
		return rc;
	rc = db_query(cx, db, STMT_audit_head_lock, DB_NO_ARGS, &rows);
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_set(&cx->err, ERR_INTERNAL, "the audit log's head is gone");
	if (rc != ERR_OK)
		return rc;
	audit_head_read(rows, 0, 0, &head);
	rc = audit_keys_find(cx, log, db, out); /* somebody else's, meanwhile */
	if (rc != ERR_OK || *out != NULL)
		return rc;
	if (head.mac[0] != '\0')
		return err_set(&cx->err, ERR_INTERNAL,
		    "the audit log's key is gone from tenantd.sealed_keys");
	/* what somebody else wrote there must not get our signature */
	if (!audit_head_is_blank(&head))
		return err_set(&cx->err, ERR_INTERNAL,
		    "the audit log's head was altered: see tenantd audit verify");
	*out = &log->keys;
	return make_key(cx, log, db);
}

/* -- rotation of SECRET_KEY -- */

struct rotation {
	struct audit *log;
	int count;
};

static enum err
reseal(struct ctx *cx, struct db *db, const struct audit *log, const char *name,
    const char *sealed)
{
	struct slice secret;
	const char *fresh;
	enum err rc =
	    seal_open(cx, log->seal_keys, sealed, associated(cx, name), &secret);

	if (rc != ERR_OK) {
		err_note(&cx->err, "key \"%s\" of tenantd.sealed_keys", name);
		return rc;
	}
	rc = seal_make(cx, log->seal_keys, secret, associated(cx, name), &fresh);
	secret_cleanse((char *)(uintptr_t)secret.p, secret.n);
	return rc == ERR_OK
	    ? db_queue(cx, db, STMT_sealed_key_set, DB_ARGS(name, fresh))
	    : rc;
}

static enum err
rotate(struct ctx *cx, struct db *db, void *arg)
{
	struct rotation *r = arg;
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_sealed_key_list, DB_NO_ARGS, &rows);

	r->count = 0;
	for (int i = 0; rc == ERR_OK && i < db_row_count(rows); i++) {
		const char *sealed = db_text(rows, i, 1);

		if (seal_is_current(r->log->seal_keys, sealed))
			continue;
		rc = reseal(cx, db, r->log, db_text(rows, i, 0), sealed);
		r->count++;
	}
	return rc;
}

enum err
audit_rotate(struct ctx *cx, struct audit *log, struct db *db, int *count)
{
	struct rotation r = {.log = log};
	enum err rc = db_transaction(cx, db, DB_MANAGEMENT, rotate, &r);

	*count = r.count;
	return rc;
}
