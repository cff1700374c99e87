/* totp.c - see totp.h. */
#include "people/totp.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/totp.h"
#include "json/json.h"

enum { RECOVERY_CHARS = 12, GROUP = 4, DETAILS_MAX = 4096 };

enum err
totp_is_on(struct ctx *cx, struct db *db, const char *user_id, bool *on)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL(STMT_totp_on, user_id), &rows);

	*on = rc == ERR_OK && db_bool(rows, 0, 0);
	return rc;
}

enum err
totp_query_on(struct ctx *cx, struct db *db, const char *user_id, bool *on)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_totp_on, DB_ARGS(user_id), &rows);

	*on = rc == ERR_OK && db_bool(rows, 0, 0);
	return rc;
}

/* -- guesses -- */

static void
guess_bucket(char out[static DIGEST_HEX_SIZE], struct ctx *cx, const char *user_id)
{
	const char *name = arena_printf(cx->mem, "totp|%s", user_id);

	digest_hex(out, digest_sha256(name, strlen(name)));
}

enum err
totp_guess(struct ctx *cx, struct db *db, const char *user_id)
{
	char bucket[DIGEST_HEX_SIZE], minutes[STR_I64_SIZE];
	struct db_rows *rows;
	int left;
	enum err rc;

	guess_bucket(bucket, cx, user_id);
	rc = db_query(cx, db, STMT_totp_guess,
	    DB_ARGS(bucket, str_from_i64(minutes, TOTP_GUESSES_MINUTES)), &rows);
	if (rc != ERR_OK || db_i64(rows, 0, 0) <= TOTP_GUESSES_MOST)
		return rc;
	left = (int)db_i64(rows, 0, 1);
	rc = err_tell(&cx->err, ERR_RATE_LIMITED,
	    "%d wrong guesses in a row: the next one may be made %d minutes after the "
	    "last",
	    TOTP_GUESSES_MOST, TOTP_GUESSES_MINUTES);
	cx->err.retry_after = left > 0 ? left : 1;
	return rc;
}

enum err
totp_guess_right(struct ctx *cx, struct db *db, const char *user_id)
{
	char bucket[DIGEST_HEX_SIZE];

	guess_bucket(bucket, cx, user_id);
	return db_queue(cx, db, STMT_totp_guess_right, DB_ARGS(bucket));
}

/* -- what is there -- */

struct held {
	bool there, on;
	const char *sealed, *tenant_id;
	int64_t last_step;
};

static enum err
hold(struct ctx *cx, struct db *db, const char *user_id, struct held *out)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_totp_hold, DB_ARGS(user_id), &rows);

	*out = (struct held){0};
	if (rc == ERR_OK && db_row_count(rows) > 0)
		*out = (struct held){true, db_bool(rows, 0, 1), db_text(rows, 0, 0),
		    db_text(rows, 0, 3), db_i64(rows, 0, 2)};
	return rc;
}

static enum err
hold_on(struct ctx *cx, struct db *db, const char *user_id, struct held *out)
{
	enum err rc = hold(cx, db, user_id, out);

	if (rc == ERR_OK && !out->on)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "one-time passwords are not in force: begin with POST /me/totp");
	return rc;
}

static struct slice
associated(struct ctx *cx, const char *user_id)
{
	return slice_of(arena_printf(cx->mem, "totp|%s", user_id));
}

/* left: recovery codes that there are from now on; negative: not to be told. */
struct change {
	const char *event, *tenant_id;
	enum audit_severity severity;
	int64_t left;
};

static enum err
write_down(struct ctx *cx, struct db *db, const struct totp_site *site,
    const struct change *change)
{
	struct audit *audit = site->audit != NULL ? site->audit : audit_new(site->keys);
	struct json_out o;
	struct buf b;
	enum err rc;

	buf_init(&b, cx->mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "user_id", site->user_id);
	if (change->left >= 0)
		json_member_i64(&o, "recovery_codes_left", change->left);
	json_close_object(&o);
	rc = audit_append(cx, audit, db,
	    &(struct audit_entry){.event = change->event,
		.severity = change->severity,
		.actor = cx->actor != NULL ? cx->actor : site->user_id,
		.tenant_id = change->tenant_id,
		.address = site->address,
		.details = buf_text(&b)});
	if (site->audit == NULL)
		audit_free(audit);
	return rc;
}

/* -- codes -- */

/* What is meant by a text that somebody typed: in lower case and without dashes and
 * blanks; "" when it cannot be a code. */
struct typed {
	char text[RECOVERY_CHARS + 1];
	bool recovery; /* else six characters */
};

static struct typed
read_typed(const char *code)
{
	struct typed t = {"", false};
	size_t n = 0;

	for (const char *p = code; *p != '\0' && n <= RECOVERY_CHARS; p++) {
		char c = *p;

		if (c == '-' || c == ' ')
			continue;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (n < RECOVERY_CHARS)
			t.text[n] = c;
		n++;
	}
	t.recovery = n == RECOVERY_CHARS;
	if (n != TOTP_DIGITS && n != RECOVERY_CHARS)
		t.text[0] = '\0';
	return t;
}

static void
recovery_digest(char out[static DIGEST_HEX_SIZE], struct ctx *cx, const char *user_id,
    const char *canonical)
{
	char *text = arena_printf(cx->mem, "%s|%s", user_id, canonical);
	const size_t n = strlen(text);

	digest_hex(out, digest_sha256(text, n));
	secret_cleanse(text, n);
}

static enum err
make_recovery_code(
    struct ctx *cx, struct json_out *digests, const char *user_id, char *shown)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char bytes[RECOVERY_CHARS]; /* five bits of each */
	char canonical[RECOVERY_CHARS + 1] = "", digest[DIGEST_HEX_SIZE];
	enum err rc = random_bytes(&cx->err, bytes, sizeof(bytes));

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < RECOVERY_CHARS; i++) {
		canonical[i] = alphabet[bytes[i] & 31];
		if (i > 0 && i % GROUP == 0)
			*shown++ = '-';
		*shown++ = canonical[i];
	}
	*shown = '\0';
	recovery_digest(digest, cx, user_id, canonical);
	json_put_text(digests, digest);
	secret_cleanse(bytes, sizeof(bytes));
	secret_cleanse(canonical, sizeof(canonical));
	return ERR_OK;
}

/* New recovery codes, of a factor that is in force with them. */
static enum err
give_recovery_codes(struct ctx *cx, struct db *db, const struct totp_site *site,
    struct totp_recovery *out)
{
	struct json_out o;
	struct buf b;
	enum err rc = ERR_OK;

	buf_init(&b, cx->mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_array(&o);
	for (int i = 0; rc == ERR_OK && i < TOTP_RECOVERY_CODES; i++)
		rc = make_recovery_code(cx, &o, site->user_id, out->codes[i]);
	json_close_array(&o);
	return rc == ERR_OK
	    ? db_queue(cx, db, STMT_totp_confirm, DB_ARGS(site->user_id, buf_text(&b)))
	    : rc;
}

/* -- taking one -- */

struct attempt {
	const struct totp_site *site;
	const struct held *held;
	struct typed typed;
	bool right;
};

static enum err
take_recovery(struct ctx *cx, struct db *db, struct attempt *a)
{
	char digest[DIGEST_HEX_SIZE];
	struct db_rows *rows;
	enum err rc;

	recovery_digest(digest, cx, a->site->user_id, a->typed.text);
	rc = db_query(
	    cx, db, STMT_totp_recover, DB_ARGS(a->site->user_id, digest), &rows);
	a->right = rc == ERR_OK && db_row_count(rows) > 0;
	if (!a->right)
		return rc;
	return write_down(cx, db, a->site,
	    &(struct change){"RECOVERY_CODE_USED", a->held->tenant_id, AUDIT_HIGH,
		db_i64(rows, 0, 0)});
}

static enum err
take_digits(struct ctx *cx, struct db *db, struct attempt *a)
{
	const struct totp_window window = {
	    totp_step_at(clock_wall_s()), a->held->last_step};
	const char *user_id = a->site->user_id;
	char text[STR_I64_SIZE];
	struct slice secret;
	int64_t step;
	enum err rc = seal_open(
	    cx, a->site->keys, a->held->sealed, associated(cx, user_id), &secret);

	if (rc != ERR_OK)
		return rc;
	a->right = totp_matches(secret, window, a->typed.text, &step);
	secret_cleanse((void *)(uintptr_t)secret.p, secret.n);
	return a->right ? db_queue(cx, db, STMT_totp_step,
			      DB_ARGS(user_id, str_from_i64(text, step)))
			: ERR_OK;
}

/* Of what is held, in force or about to be. */
static enum err
take(struct ctx *cx, struct db *db, const struct totp_site *site,
    const struct held *held, struct totp_shown *shown)
{
	struct attempt a = {site, held, read_typed(shown->code), false};
	enum err rc =
	    a.typed.recovery ? take_recovery(cx, db, &a) : take_digits(cx, db, &a);

	secret_cleanse(&a.typed, sizeof(a.typed));
	shown->right = a.right;
	return rc;
}

enum err
totp_take_shown(struct ctx *cx, struct db *db, const struct totp_site *site,
    const char *code, bool *taken)
{
	struct totp_shown shown = {.code = code};
	struct held held;
	enum err rc = hold(cx, db, site->user_id, &held);

	if (rc == ERR_OK && held.on)
		rc = take(cx, db, site, &held, &shown);
	*taken = rc == ERR_OK && shown.right;
	return rc;
}

/* -- changes -- */

enum err
totp_begin(
    struct ctx *cx, struct db *db, const struct totp_site *site, const char **secret)
{
	unsigned char bytes[TOTP_SECRET_BYTES];
	char *text = arena_alloc(cx->mem, BASE32_TEXT_SIZE(TOTP_SECRET_BYTES));
	struct db_rows *rows;
	const char *sealed;
	enum err rc = random_bytes(&cx->err, bytes, sizeof(bytes));

	if (rc == ERR_OK)
		rc = seal_make(cx, site->keys,
		    (struct slice){(const char *)bytes, sizeof(bytes)},
		    associated(cx, site->user_id), &sealed);
	if (rc == ERR_OK)
		rc = db_query(
		    cx, db, STMT_totp_begin, DB_ARGS(site->user_id, sealed), &rows);
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "one-time passwords are in force already: POST /me/totp/disable "
		    "ends that");
	base32_encode(text, bytes, sizeof(bytes));
	secret_cleanse(bytes, sizeof(bytes));
	*secret = text;
	return rc;
}

/* Takes the code as a guess; whatever is wrong with it is no failure. */
static enum err
guess(struct ctx *cx, struct db *db, const struct totp_site *site,
    const struct held *held, struct totp_shown *shown)
{
	enum err rc = totp_guess(cx, db, site->user_id);

	shown->right = false;
	if (rc == ERR_OK)
		rc = take(cx, db, site, held, shown);
	if (rc == ERR_OK && shown->right)
		rc = totp_guess_right(cx, db, site->user_id);
	return rc;
}

enum err
totp_confirm(struct ctx *cx, struct db *db, const struct totp_site *site,
    struct totp_shown *shown)
{
	struct held held;
	enum err rc = hold(cx, db, site->user_id, &held);

	if (rc != ERR_OK)
		return rc;
	if (!held.there)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "there is nothing to confirm: begin with POST /me/totp");
	if (held.on)
		return err_tell(
		    &cx->err, ERR_CONFLICT, "one-time passwords are in force already");
	rc = guess(cx, db, site, &held, shown);
	if (rc == ERR_OK && shown->right)
		rc = give_recovery_codes(cx, db, site, &shown->recovery);
	if (rc != ERR_OK || !shown->right)
		return rc;
	return write_down(cx, db, site,
	    &(struct change){
		"TOTP_ENABLED", held.tenant_id, AUDIT_MEDIUM, TOTP_RECOVERY_CODES});
}

enum err
totp_renew_codes(struct ctx *cx, struct db *db, const struct totp_site *site,
    struct totp_shown *shown)
{
	struct held held;
	enum err rc = hold_on(cx, db, site->user_id, &held);

	if (rc == ERR_OK)
		rc = guess(cx, db, site, &held, shown);
	if (rc == ERR_OK && shown->right)
		rc = give_recovery_codes(cx, db, site, &shown->recovery);
	if (rc != ERR_OK || !shown->right)
		return rc;
	return write_down(cx, db, site,
	    &(struct change){"RECOVERY_CODES_RENEWED", held.tenant_id, AUDIT_HIGH,
		TOTP_RECOVERY_CODES});
}

/* Nobody may end what a tenant of theirs demands. */
static enum err
check_demand(struct ctx *cx, struct db *db, const char *user_id)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_totp_demanded, DB_ARGS(user_id), &rows);

	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	return err_tell(&cx->err, ERR_POLICY,
	    "the security policy of the tenant \"%s\" demands a second factor "
	    "(requireMFA): its administrators would have to change that first",
	    db_text(rows, 0, 0));
}

enum err
totp_disable(struct ctx *cx, struct db *db, const struct totp_site *site,
    struct totp_shown *shown)
{
	struct held held;
	enum err rc = hold_on(cx, db, site->user_id, &held);

	if (rc == ERR_OK)
		rc = check_demand(cx, db, site->user_id);
	if (rc == ERR_OK)
		rc = guess(cx, db, site, &held, shown);
	if (rc == ERR_OK && shown->right)
		rc = totp_remove(cx, db, site->user_id);
	if (rc != ERR_OK || !shown->right)
		return rc;
	return write_down(cx, db, site,
	    &(struct change){"TOTP_DISABLED", held.tenant_id, AUDIT_HIGH, -1});
}

enum err
totp_remove(struct ctx *cx, struct db *db, const char *user_id)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_totp_remove, DB_ARGS(user_id), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		return err_tell(
		    &cx->err, ERR_NOT_FOUND, "the user has no one-time passwords");
	return rc;
}
