/* keyring.c - see keyring.h. */
#include "flows/keyring.h"

#include <stdio.h>

#include "crypto/opaque.h"

/* What stands after the columns of a partner. */
enum {
	KEY_ID = 11,
	KEY_SCOPES,
	KEY_STALE,
	KEY_TENANT,
	KEY_TENANT_STATUS,
	KEY_NAMED,
	KEY_POLICY
};

static struct name_list
names_of(struct arena *mem, const char *words)
{
	struct name_list list = {NULL, 0};
	struct slice rest = slice_of(words), word;
	size_t most = 1;

	for (const char *p = words; *p != '\0'; p++)
		most += *p == ' ';
	list.names = arena_alloc(mem, most * sizeof(*list.names));
	while (slice_next(&rest, ' ', &word))
		if (word.n > 0)
			list.names[list.count++] = slice_dup(mem, word);
	return list;
}

/* A partner's, or a tenant's. */
static void
read_pass(struct ctx *cx, const struct db_rows *rows, struct keyring_pass *out)
{
	struct principal *who = &out->who;

	*out = (struct keyring_pass){.stale = db_bool(rows, 0, KEY_STALE)};
	who->key_id = db_text(rows, 0, KEY_ID);
	snprintf(
	    who->user.text, sizeof(who->user.text), AUTH_KEY_USER "%s", who->key_id);
	who->issuer = "";
	who->scopes = names_of(cx->mem, db_text(rows, 0, KEY_SCOPES));
	who->tenant_id = db_text(rows, 0, KEY_TENANT);
	if (who->tenant_id != NULL) {
		who->tenant_claim = true;
		out->tenant_status = db_text(rows, 0, KEY_TENANT_STATUS);
		out->named = db_bool(rows, 0, KEY_NAMED);
		out->policy = db_text(rows, 0, KEY_POLICY);
		return;
	}
	out->partner = arena_alloc(cx->mem, sizeof(*out->partner));
	partner_read_row(rows, 0, out->partner);
	who->client_id = out->partner->id;
	who->roles = names_of(cx->mem, PARTNER_ROLE);
}

enum err
keyring_admit(struct ctx *cx, struct db *db, const struct keyring_shown *shown,
    struct keyring_pass *out)
{
	char digest[DIGEST_HEX_SIZE];
	struct db_rows *rows;
	enum err rc;

	*out = (struct keyring_pass){0};
	if (!opaque_digest(shown->secret, OPAQUE_API_KEY, digest))
		return err_set(&cx->err, ERR_UNAUTHORIZED, "the API key is malformed");
	rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_api_key_find, digest, shown->tenant), &rows);
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) == 0)
		return err_set(
		    &cx->err, ERR_UNAUTHORIZED, "there is no such API key in force");
	read_pass(cx, rows, out);
	return ERR_OK;
}

enum err
keyring_check_still(struct ctx *cx, struct db *db, const char *key_id)
{
	struct db_rows *rows;
	enum err rc;

	if (key_id == NULL)
		return ERR_OK;
	rc = db_query(cx, db, STMT_api_key_in_force, DB_ARGS(key_id), &rows);
	if (rc == ERR_OK && !db_bool(rows, 0, 0))
		rc = err_set(
		    &cx->err, ERR_UNAUTHORIZED, "the API key is in force no more");
	return rc;
}

static enum err
note_use(struct ctx *cx, struct db *db, void *arg)
{
	return apikey_note_use(cx, db, arg);
}

enum err
keyring_note_use(struct ctx *cx, struct db *db, const char *key_id)
{
	return db_transaction(
	    cx, db, DB_MANAGEMENT, note_use, arena_strdup(cx->mem, key_id));
}
