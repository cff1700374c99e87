/* client.c - see client.h. */
#include "client/client.h"

#include <string.h>

#include "base/id.h"
#include "base/str.h"
#include "client/tell.h"
#include "crypto/opaque.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "quota/quota.h"

enum { ID_DIGITS = 32, ID_PREFIX = sizeof(CLIENT_ID_PREFIX) - 1 };

static void
read_row(const struct db_rows *rows, int row, struct client *out)
{
	*out = (struct client){
	    .id = db_text(rows, row, 0),
	    .tenant_id = db_text(rows, row, 1),
	    .name = db_text(rows, row, 2),
	    .scopes = db_text(rows, row, 3),
	    .created_by = db_text(rows, row, 4),
	    .created_at = db_text(rows, row, 5),
	    .updated_at = db_text(rows, row, 6),
	    .last_used_at = db_text(rows, row, 7),
	    .revoked_at = db_text(rows, row, 8),
	    .previous_until = db_text(rows, row, 9),
	    .version = db_i64(rows, row, 10),
	};
}

bool
client_is_id(const char *text)
{
	if (text == NULL || strncmp(text, CLIENT_ID_PREFIX, ID_PREFIX) != 0)
		return false;
	text += ID_PREFIX;
	return strspn(text, "0123456789abcdef") == ID_DIGITS && text[ID_DIGITS] == '\0';
}

static enum err
take_row(struct ctx *cx, enum err rc, const struct db_rows *rows, struct client *out)
{
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_NOT_FOUND, "there is no such client");
	if (rc == ERR_OK)
		read_row(rows, 0, out);
	return rc;
}

enum err
client_show(struct ctx *cx, struct db *db, const struct client_site *site,
    const char *id, struct client *out)
{
	struct db_rows *rows = NULL;
	enum err rc = db_read(cx, db, site->tenant_id,
	    DB_CALL(STMT_client_show, id, site->tenant_id), &rows);

	return take_row(cx, rc, rows, out);
}

enum err
client_hold(struct ctx *cx, struct db *db, const struct client_site *site,
    const char *id, struct client *out)
{
	struct db_rows *rows = NULL;
	enum err rc =
	    db_query(cx, db, STMT_client_hold, DB_ARGS(id, site->tenant_id), &rows);

	return take_row(cx, rc, rows, out);
}

enum err
clients_list(struct ctx *cx, struct db *db, const struct client_site *site,
    struct client_page *page)
{
	char limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, site->tenant_id,
	    DB_CALL(STMT_client_list, site->tenant_id, page->after,
		str_from_i64(limit, page->limit)),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	page->count = db_row_count(rows);
	page->list =
	    arena_alloc(cx->mem, ((size_t)page->count + 1) * sizeof(*page->list));
	for (int i = 0; i < page->count; i++)
		read_row(rows, i, &page->list[i]);
	return ERR_OK;
}

/* -- who it is -- */

/* Both are compared, whatever the first says, and whether or not there is one. */
static bool
is_one_of(const char *given, const char *digest, const char *previous)
{
	static const char none[DIGEST_HEX_SIZE] = ""; /* no digits: nobody's */
	const size_t n = DIGEST_HEX_SIZE - 1;
	const bool a = secret_equal(given, digest != NULL ? digest : none, n);
	const bool b = secret_equal(given, previous != NULL ? previous : none, n);

	return a || b;
}

enum err
client_authenticate(struct ctx *cx, struct db *db,
    const struct client_credentials *shown, struct client *out, bool *ok)
{
	char given[DIGEST_HEX_SIZE] = "";
	const bool formed = opaque_digest(shown->secret, OPAQUE_CLIENT, given);
	const char *digest = NULL, *previous = NULL;
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_client_find, client_is_id(shown->id) ? shown->id : ""), &rows);

	*out = (struct client){0};
	*ok = false;
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) == 1) {
		read_row(rows, 0, out);
		digest = db_text(rows, 0, 11);
		previous = db_text(rows, 0, 12);
		out->tenant_name = db_text(rows, 0, 13);
		out->tenant_status = db_text(rows, 0, 14);
		out->stale = db_bool(rows, 0, 15);
	}
	*ok = is_one_of(given, digest, previous) && formed && out->id != NULL &&
	    out->revoked_at == NULL;
	return ERR_OK;
}

enum err
client_note_use(struct ctx *cx, struct db *db, const struct client *c)
{
	return c->stale ? db_queue(cx, db, STMT_client_use, DB_ARGS(c->id)) : ERR_OK;
}

enum err
client_reach(struct ctx *cx, struct db *db, const struct client_question *q,
    struct client_reach *out)
{
	struct db_rows *rows = NULL;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_client_reach, q->id, q->tenant, q->scope), &rows);

	*out = (struct client_reach){0};
	if (rc == ERR_OK && db_row_count(rows) == 1)
		*out = (struct client_reach){
		    .tenant_id = db_text(rows, 0, 0),
		    .status = db_text(rows, 0, 1),
		    .named = db_bool(rows, 0, 2),
		    .scope = db_bool(rows, 0, 3),
		    .scopes = db_text(rows, 0, 4),
		};
	return rc;
}

/* -- changes -- */

static enum err
make_id(struct ctx *cx, char out[static CLIENT_ID_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char value[ID_DIGITS / 2];
	enum err rc = random_bytes(&cx->err, value, sizeof(value));

	if (rc != ERR_OK)
		return rc;
	memcpy(out, CLIENT_ID_PREFIX, ID_PREFIX);
	for (size_t i = 0; i < sizeof(value); i++) {
		out[ID_PREFIX + 2 * i] = digits[value[i] >> 4];
		out[ID_PREFIX + 2 * i + 1] = digits[value[i] & 15];
	}
	out[ID_PREFIX + ID_DIGITS] = '\0';
	return ERR_OK;
}

/* What is refused is rolled back: all of it is asked for at once. */
static enum err
insert(struct ctx *cx, struct db *db, const struct client *c, const char *digest,
    struct client *out)
{
	const struct client_site site = {.tenant_id = c->tenant_id};
	struct db_rows *reserved;
	enum err rc =
	    quota_reserve_one(cx, db, c->tenant_id, QUOTA_OAUTH_CLIENTS, &reserved);

	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_client_create,
		    DB_ARGS(
			c->id, c->tenant_id, c->name, c->scopes, digest, cx->actor));
	if (rc == ERR_OK)
		rc = client_hold(cx, db, &site, c->id, out);
	return rc == ERR_OK ? quota_reserved(cx, QUOTA_OAUTH_CLIENTS, reserved) : rc;
}

enum err
client_create(struct ctx *cx, struct db *db, const struct client_site *site,
    const struct client_draft *d, struct client *out)
{
	char id[CLIENT_ID_SIZE];
	const struct client made = {.id = id,
	    .tenant_id = site->tenant_id,
	    .name = d->name,
	    .scopes = d->scopes};
	struct opaque secret;
	enum err rc = make_id(cx, id);

	if (rc == ERR_OK)
		rc = opaque_make(cx, OPAQUE_CLIENT, &secret);
	if (rc == ERR_OK)
		rc = insert(cx, db, &made, secret.digest, out);
	if (rc != ERR_OK)
		return rc;
	out->secret = secret.text;
	return client_tell(cx, db, site, out, CLIENT_CHANGE_CREATED);
}

static enum err
check_in_force(struct ctx *cx, const struct client *now)
{
	return now->revoked_at == NULL
	    ? ERR_OK
	    : err_tell(&cx->err, ERR_CONFLICT,
		  "the client was revoked, which is for good: make another");
}

enum err
client_update(struct ctx *cx, struct db *db, const struct client_site *site,
    const struct client_draft *d, struct client *now)
{
	enum err rc = check_in_force(cx, now);

	if (rc == ERR_OK && strcmp(d->name, now->name) == 0 &&
	    strcmp(d->scopes, now->scopes) == 0)
		return ERR_OK; /* nothing that could be told */
	if (rc == ERR_OK)
		rc = db_queue(
		    cx, db, STMT_client_update, DB_ARGS(now->id, d->name, d->scopes));
	if (rc == ERR_OK)
		rc = client_hold(cx, db, site, now->id, now);
	return rc == ERR_OK ? client_tell(cx, db, site, now, CLIENT_CHANGE_UPDATED)
			    : rc;
}

enum err
client_rotate(struct ctx *cx, struct db *db, const struct client_site *site,
    int keep_hours, struct client *now)
{
	char hours[STR_I64_SIZE];
	struct opaque secret;
	enum err rc = check_in_force(cx, now);

	if (rc == ERR_OK)
		rc = opaque_make(cx, OPAQUE_CLIENT, &secret);
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_client_rotate,
		    DB_ARGS(now->id, secret.digest, str_from_i64(hours, keep_hours)));
	if (rc == ERR_OK)
		rc = client_hold(cx, db, site, now->id, now);
	if (rc != ERR_OK)
		return rc;
	now->secret = secret.text;
	return client_tell(cx, db, site, now, CLIENT_CHANGE_ROTATED);
}

enum err
client_revoke(
    struct ctx *cx, struct db *db, const struct client_site *site, struct client *now)
{
	enum err rc = ERR_OK;

	if (now->revoked_at != NULL)
		return ERR_OK;
	rc = db_queue(cx, db, STMT_client_revoke, DB_ARGS(now->id));
	if (rc == ERR_OK)
		rc = client_hold(cx, db, site, now->id, now);
	return rc == ERR_OK ? client_tell(cx, db, site, now, CLIENT_CHANGE_REVOKED)
			    : rc;
}
