/* base.c - see base.h. */
#include "database/base.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "conf/dir.h"
#include "crypto/digest.h"

enum { DIGESTS_MAX = 64 * 1024 };

static const struct base_migration known[] = {
#define MIGRATION(name, text) {"tenantd/" #name, text, NULL},
#include "database/migrations.def"
#undef MIGRATION
};

const struct base_place base_in_database = {"public", "tenantd", true};

static const char *
checksum_of(struct ctx *cx, struct slice text)
{
	char hex[DIGEST_HEX_SIZE];

	digest_hex(hex, digest_sha256(text.p, text.n));
	return arena_strdup(cx->mem, hex);
}

static enum err
read_own(struct ctx *cx, const struct conf *conf, struct base *out)
{
	static const char option[] = "TENANT_MIGRATIONS_DIR";
	struct conf_dir_file *file =
	    conf_dir_list(cx, cx->mem, option, conf->tenant_migrations_dir, ".sql");
	struct slice text;

	for (; file != NULL && cx->fault_count == 0; file = file->next)
		if (conf_dir_read(cx, cx->mem, option, file, &text)) {
			if (strlen(text.p) != text.n)
				ctx_fault(cx, option, "file", "%s: has a NUL in it",
				    file->path);
			out->list[out->count++] = (struct base_migration){
			    file->name, text.p, checksum_of(cx, text)};
		}
	if (cx->fault_count > 0)
		return err_set(
		    &cx->err, ERR_CONFIG, "%s: %s", option, cx->faults->message);
	return ERR_OK;
}

static enum err
set_stamp(struct ctx *cx, struct base *base)
{
	char hex[DIGEST_HEX_SIZE];
	struct buf b;

	buf_init(&b, cx->mem, DIGESTS_MAX);
	for (int i = 0; i < base->count; i++)
		buf_printf(&b, "%s %s\n", base->list[i].name, base->list[i].checksum);
	if (b.failed)
		return err_set(&cx->err, ERR_CONFIG, "there are too many migrations");
	digest_hex(hex, digest_sha256(buf_text(&b), b.n));
	memcpy(base->stamp, hex, BASE_STAMP_SIZE - 1);
	base->stamp[BASE_STAMP_SIZE - 1] = '\0';
	return ERR_OK;
}

enum err
base_load(struct ctx *cx, const struct conf *conf, struct base *out)
{
	enum err rc;

	*out = (struct base){
	    .list = arena_alloc(
		cx->mem, sizeof(*out->list) * (COUNT_OF(known) + CONF_DIR_FILES_MAX))};
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		out->list[out->count] = known[i];
		out->list[out->count++].checksum =
		    checksum_of(cx, slice_of(known[i].text));
	}
	rc = read_own(cx, conf, out);
	return rc == ERR_OK ? set_stamp(cx, out) : rc;
}

/* -- applying -- */

struct apply_call {
	const struct base *base;
	const struct base_place *place;
	int applied;
};

/* What the book says of a migration; NULL: nothing. */
static const char *
recorded(const struct db_rows *book, const char *name)
{
	for (int i = 0; i < db_row_count(book); i++)
		if (strcmp(db_text(book, i, 0), name) == 0)
			return db_text(book, i, 1);
	return NULL;
}

static enum err
open_book(
    struct ctx *cx, struct db *db, const struct base_place *at, struct db_rows **book)
{
	enum err rc = ERR_OK;

	if (strcmp(at->book, at->schema) != 0)
		rc = db_queue_ddl(cx, db, STMT_base_schema, DB_ARGS(at->book));
	if (rc == ERR_OK)
		rc = db_queue_ddl(cx, db, STMT_base_book, DB_ARGS(at->book));
	if (rc == ERR_OK)
		rc = db_query_ddl(cx, db, STMT_base_applied, DB_ARGS(at->book), book);
	return rc;
}

/* A text may have set search_path: each begins anew. */
static enum err
run(struct ctx *cx, struct db *db, const struct base_place *at,
    const struct base_migration *m)
{
	enum err rc = db_query_ddl(cx, db, STMT_base_path, DB_ARGS(at->schema), NULL);

	if (rc == ERR_OK)
		rc = db_script(cx, db, m->text);
	if (rc == ERR_OK)
		rc = db_queue_ddl(
		    cx, db, STMT_base_record, DB_ARGS(at->book, m->name, m->checksum));
	if (rc != ERR_OK)
		err_note(&cx->err, "tenants' migration \"%s\"", m->name);
	return rc;
}

static enum err
grant(struct ctx *cx, struct db *db, const struct base_place *at)
{
	enum err rc = ERR_OK;

	if (at->own)
		rc = db_queue_ddl(cx, db, STMT_base_open, DB_ARGS(at->schema));
	if (rc == ERR_OK)
		rc = db_queue_ddl(cx, db, STMT_base_grant, DB_ARGS(at->schema));
	if (rc == ERR_OK)
		rc = db_queue_ddl(
		    cx, db, STMT_base_grant_sequences, DB_ARGS(at->schema));
	if (rc == ERR_OK)
		rc = db_queue_ddl(cx, db, STMT_base_close, DB_ARGS(at->book));
	return rc;
}

static enum err
apply(struct ctx *cx, struct db *db, void *arg)
{
	struct apply_call *call = arg;
	struct db_rows *book = NULL;
	enum err rc = open_book(cx, db, call->place, &book);

	call->applied = 0;
	for (int i = 0; rc == ERR_OK && i < call->base->count; i++) {
		const struct base_migration *m = &call->base->list[i];
		const char *was = recorded(book, m->name);

		if (was == NULL) {
			rc = run(cx, db, call->place, m);
			call->applied++;
		} else if (strcmp(was, m->checksum) != 0)
			rc = err_tell(&cx->err, ERR_CONFLICT,
			    "the tenants' migration \"%s\" was changed after it was "
			    "applied",
			    m->name);
	}
	if (rc == ERR_OK && call->applied > 0)
		rc = grant(cx, db, call->place);
	return rc;
}

enum err
base_apply(struct ctx *cx, struct db *db, const struct base *base,
    const struct base_place *place, int *applied)
{
	struct apply_call call = {base, place, 0};
	enum err rc = db_transaction(cx, db, DB_MANAGEMENT, apply, &call);

	*applied = call.applied;
	return rc;
}
