/* apikey.c - see apikey.h. */
#include "apikey/apikey.h"

#include <string.h>

#include "apikey/tell.h"
#include "auth/claims.h"
#include "auth/perm.h"
#include "base/clock.h"
#include "base/id.h"
#include "crypto/opaque.h"
#include "quota/quota.h"
#include "json/json.h"

enum { SCOPES_MAX = 4 * 1024, DAY_S = 86400 };

static void
read_row(const struct db_rows *rows, int row, struct apikey *out)
{
	*out = (struct apikey){
	    .id = db_text(rows, row, 0),
	    .partner_id = db_text(rows, row, 1),
	    .tenant_id = db_text(rows, row, 2),
	    .name = db_text(rows, row, 3),
	    .prefix = db_text(rows, row, 4),
	    .scopes = db_text(rows, row, 5),
	    .created_by = db_text(rows, row, 6),
	    .created_at = db_text(rows, row, 7),
	    .updated_at = db_text(rows, row, 8),
	    .expires_at = db_text(rows, row, 9),
	    .last_used_at = db_text(rows, row, 10),
	    .revoked_at = db_text(rows, row, 11),
	    .previous_until = db_text(rows, row, 12),
	    .version = db_i64(rows, row, 13),
	    .expired = db_bool(rows, row, 14),
	};
}

static const char *
context_of(const struct apikey_site *site)
{
	return site->tenant_id != NULL ? site->tenant_id : DB_MANAGEMENT;
}

static enum err
take_row(struct ctx *cx, enum err rc, const struct db_rows *rows, struct apikey *out)
{
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_NOT_FOUND, "there is no such API key");
	if (rc == ERR_OK)
		read_row(rows, 0, out);
	return rc;
}

enum err
apikey_show(struct ctx *cx, struct db *db, const struct apikey_site *site,
    const char *id, struct apikey *out)
{
	struct db_rows *rows = NULL;
	enum err rc = db_read(cx, db, context_of(site),
	    DB_CALL(STMT_api_key_show, id, site->partner_id, site->tenant_id), &rows);

	return take_row(cx, rc, rows, out);
}

enum err
apikey_hold(struct ctx *cx, struct db *db, const struct apikey_site *site,
    const char *id, struct apikey *out)
{
	struct db_rows *rows = NULL;
	enum err rc = db_query(cx, db, STMT_api_key_hold,
	    DB_ARGS(id, site->partner_id, site->tenant_id), &rows);

	return take_row(cx, rc, rows, out);
}

enum err
apikeys_list(struct ctx *cx, struct db *db, const struct apikey_site *site,
    struct apikey_page *page)
{
	char limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, context_of(site),
	    DB_CALL(STMT_api_key_list, site->partner_id, site->tenant_id, page->after,
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

enum err
apikey_note_use(struct ctx *cx, struct db *db, const char *id)
{
	return db_queue(cx, db, STMT_api_key_use, DB_ARGS(id));
}

/* -- the rules -- */

const char *
apikey_expiry(struct ctx *cx, int64_t days)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text(text, (clock_wall_s() + days * DAY_S) * 1000);
	return arena_strdup(cx->mem, text);
}

static bool
is_among(const char *const *names, const char *name)
{
	while (*names != NULL && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

/* What a key of that owner may do. */
static const char *const *
all_scopes(struct ctx *cx, const struct apikey_site *site)
{
	static const char *const of_tenants[] = {
	    "read", "write", "delete", "admin", NULL};

	return site->tenant_id != NULL ? of_tenants
				       : perm_names_of(LEVEL_PARTNER, cx->mem);
}

/* In the order in which they are listed, and each once. */
static const char *
scopes_of(struct ctx *cx, const struct apikey_site *site, const char *const *wanted)
{
	const char *const *all = all_scopes(cx, site);
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, SCOPES_MAX);
	json_out_init(&o, &b);
	json_open_array(&o);
	for (; *all != NULL; all++)
		if (wanted == NULL || is_among(wanted, *all))
			json_put_text(&o, *all);
	json_close_array(&o);
	return buf_text(&b);
}

static void
check_scopes(struct ctx *cx, const struct apikey_site *site, const char *const *scopes)
{
	const char *const *all = all_scopes(cx, site);

	if (scopes[0] == NULL)
		ctx_fault(cx, "/scopes", "minItems", "must name one at least");
	for (size_t i = 0; scopes[i] != NULL; i++) {
		const char *where = arena_printf(cx->mem, "/scopes/%zu", i);

		if (!is_among(all, scopes[i]))
			ctx_fault(cx, where, "enum", "must be one of %s",
			    scopes_of(cx, site, NULL));
		else if (site->most != NULL && !is_among(site->most, scopes[i]))
			ctx_fault(cx, where, "range",
			    "is more than whoever makes the key may do");
	}
}

/* As each owner's routes call it. */
static const char *
expiry_of(const struct apikey_site *site)
{
	return site->tenant_id != NULL ? "/expiresAt" : "/expires_at";
}

static void
check_expiry(struct ctx *cx, const struct apikey_site *site, const char *expires_at)
{
	const int64_t now_ms = clock_wall_ms();
	int64_t at_ms;

	if (!clock_from_text(expires_at, &at_ms))
		ctx_fault(cx, expiry_of(site), "format", "is no time as in RFC 3339");
	else if (at_ms <= now_ms)
		ctx_fault(cx, expiry_of(site), "range",
		    "must lie ahead: a key that is to end now is revoked");
	else if (at_ms > now_ms + (APIKEY_DAYS_MOST + 1) * (int64_t)DAY_S * 1000)
		ctx_fault(cx, expiry_of(site), "range",
		    "must lie within %d days, or be left out", APIKEY_DAYS_MOST);
}

static enum err
check(struct ctx *cx, const struct apikey_site *site, const struct apikey_draft *d)
{
	const unsigned before = cx->fault_count;

	/* four bytes make a character at most */
	if (!claim_text_is_fit(d->name, 4 * (size_t)APIKEY_NAME_MOST) ||
	    d->name[strspn(d->name, " ")] == '\0' ||
	    utf8_length(d->name, strlen(d->name)) > APIKEY_NAME_MOST)
		ctx_fault(cx, "/name", "pattern",
		    "must be 1 to %d characters without control characters, and not "
		    "blank",
		    APIKEY_NAME_MOST);
	if (d->scopes != NULL)
		check_scopes(cx, site, d->scopes);
	if (d->expires_at != NULL)
		check_expiry(cx, site, d->expires_at);
	return cx->fault_count == before
	    ? ERR_OK
	    : err_tell(&cx->err, ERR_INVALID, "the API key is not valid");
}

static enum err
check_in_force(struct ctx *cx, const struct apikey *now)
{
	if (now->revoked_at != NULL)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "the API key was revoked, which is for good: make another");
	if (now->expired)
		return err_tell(
		    &cx->err, ERR_CONFLICT, "the API key has expired: make another");
	return ERR_OK;
}

/* -- changes -- */

static const char *
shown_of(struct ctx *cx, const struct opaque *secret)
{
	return slice_dup(cx->mem, (struct slice){secret->text, APIKEY_SHOWN});
}

/* k: what is to be written, and then what was. What is refused is rolled back: all of
 * it is asked for at once. */
static enum err
insert(struct ctx *cx, struct db *db, const struct apikey_site *site,
    const char *digest, struct apikey *k)
{
	const int bound = k->tenant_id != NULL ? INT32_MAX : APIKEYS_MOST;
	char most[STR_I64_SIZE];
	struct db_rows *reserved = NULL, *made;
	enum err rc, held;

	rc = k->tenant_id != NULL
	    ? quota_reserve_one(cx, db, k->tenant_id, QUOTA_API_KEYS, &reserved)
	    : db_queue(cx, db, STMT_api_key_turn, DB_ARGS(k->partner_id, NULL));
	if (rc == ERR_OK)
		rc = db_queue_rows(cx, db, STMT_api_key_create,
		    DB_ARGS(k->id, k->partner_id, k->tenant_id, k->name, k->prefix,
			digest, k->scopes, k->expires_at, cx->actor,
			str_from_i64(most, bound)),
		    &made);
	if (rc != ERR_OK)
		return rc;
	held = apikey_hold(cx, db, site, k->id, k);
	if (held != ERR_OK && held != ERR_NOT_FOUND)
		return held;
	if (reserved != NULL)
		rc = quota_reserved(cx, QUOTA_API_KEYS, reserved);
	if (rc == ERR_OK && db_row_count(made) == 0)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "there are %d API keys already, as many as there may be: revoke "
		    "one",
		    APIKEYS_MOST);
	return rc == ERR_OK ? held : rc;
}

enum err
apikey_create(struct ctx *cx, struct db *db, const struct apikey_site *site,
    const struct apikey_draft *d, struct apikey *out)
{
	char id[UUID_TEXT_SIZE];
	struct apikey made = {.id = id,
	    .partner_id = site->partner_id,
	    .tenant_id = site->tenant_id,
	    .name = d->name,
	    .expires_at = d->expires_at};
	struct opaque secret;
	enum err rc = check(cx, site, d);

	uuid_text(id, uuid_random());
	if (rc == ERR_OK)
		rc = opaque_make(cx, OPAQUE_API_KEY, &secret);
	if (rc != ERR_OK)
		return rc;
	made.prefix = shown_of(cx, &secret);
	made.scopes = scopes_of(cx, site, d->scopes);
	rc = insert(cx, db, site, secret.digest, &made);
	if (rc != ERR_OK)
		return rc;
	*out = made;
	out->secret = secret.text;
	return apikey_tell(cx, db, site, out, APIKEY_CHANGE_CREATED);
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

enum err
apikey_update(struct ctx *cx, struct db *db, const struct apikey_site *site,
    const struct apikey_draft *d, struct apikey *now)
{
	const struct apikey_draft said = {.name = d->name, .expires_at = d->expires_at};
	enum err rc = check_in_force(cx, now);

	if (rc == ERR_OK && same(d->name, now->name) &&
	    same(d->expires_at, now->expires_at))
		return ERR_OK; /* nothing that could be told */
	if (rc == ERR_OK)
		rc = check(cx, site, &said);
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_api_key_update,
		    DB_ARGS(now->id, d->name, d->expires_at));
	if (rc == ERR_OK)
		rc = apikey_hold(cx, db, site, now->id, now);
	return rc == ERR_OK ? apikey_tell(cx, db, site, now, APIKEY_CHANGE_UPDATED)
			    : rc;
}

enum err
apikey_rotate(struct ctx *cx, struct db *db, const struct apikey_site *site,
    int keep_hours, struct apikey *now)
{
	char hours[STR_I64_SIZE];
	struct opaque secret;
	enum err rc = check_in_force(cx, now);

	if (rc == ERR_OK)
		rc = opaque_make(cx, OPAQUE_API_KEY, &secret);
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_api_key_rotate,
		    DB_ARGS(now->id, secret.digest, shown_of(cx, &secret),
			str_from_i64(hours, keep_hours)));
	if (rc == ERR_OK)
		rc = apikey_hold(cx, db, site, now->id, now);
	if (rc != ERR_OK)
		return rc;
	now->secret = secret.text;
	return apikey_tell(cx, db, site, now, APIKEY_CHANGE_ROTATED);
}

enum err
apikey_revoke(
    struct ctx *cx, struct db *db, const struct apikey_site *site, struct apikey *now)
{
	enum err rc;

	if (now->revoked_at != NULL)
		return ERR_OK;
	rc = db_queue(cx, db, STMT_api_key_revoke, DB_ARGS(now->id));
	if (rc == ERR_OK)
		rc = apikey_hold(cx, db, site, now->id, now);
	return rc == ERR_OK ? apikey_tell(cx, db, site, now, APIKEY_CHANGE_REVOKED)
			    : rc;
}
