/* throttle.c - see throttle.h. */
#include "people/throttle.h"

#include <string.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/str.h"

enum { ARRAY_MAX = 1024, CUSTOMER_BYTES = 8 };

struct rule {
	const char *name;
	int64_t free, most_s;
};

static const struct rule rules[THROTTLE_KIND_COUNT] = {
    [THROTTLE_PAIR] = {"pair", 5, 900},
    [THROTTLE_ADDRESS] = {"address", 50, 60},
    [THROTTLE_ACCOUNT] = {"account", 100, 30},
    [THROTTLE_CODE] = {"code", 5, 900},
};

int64_t
throttle_delay_s(enum throttle_kind kind, int64_t failures)
{
	const struct rule *r = &rules[kind];
	const int64_t over = failures - r->free;

	if (over < 0)
		return 0;
	return over < 10 && (INT64_C(1) << over) < r->most_s ? INT64_C(1) << over
							     : r->most_s;
}

const char *
throttle_network(struct ctx *cx, const char *address)
{
	char text[ADDRESS_TEXT_SIZE];
	struct address a;

	if (!address_parse(slice_of(address), &a))
		return address;
	if (a.family == AF_INET6)
		memset(a.b + CUSTOMER_BYTES, 0, sizeof(a.b) - CUSTOMER_BYTES);
	return arena_strdup(cx->mem, address_text(&a, text));
}

/* -- buckets -- */

static void
add_bucket(struct ctx *cx, struct throttle *t, enum throttle_kind kind,
    const char *whose, const char *whence)
{
	struct throttle_bucket *b = &t->buckets[t->count++];
	/* an account may have line ends in it; what follows has none */
	const char *text =
	    arena_printf(cx->mem, "%s\n%s\n%s", rules[kind].name, whose, whence);

	*b = (struct throttle_bucket){0};
	digest_hex(b->key, digest_sha256(text, strlen(text)));
}

static const char *
fold(struct ctx *cx, const char *account)
{
	const char *folded = utf8_fold(cx->mem, account);

	return folded != NULL ? folded : "";
}

/* In the order of enum throttle_kind. */
static void
password_buckets(struct ctx *cx, const struct throttle_who *who, struct throttle *t)
{
	const char *account = fold(cx, who->account);
	const char *network = throttle_network(cx, who->address);

	*t = (struct throttle){0};
	add_bucket(cx, t, THROTTLE_PAIR, account, network);
	add_bucket(cx, t, THROTTLE_ADDRESS, "", network);
	add_bucket(cx, t, THROTTLE_ACCOUNT, account, "");
}

/* As an array of PostgreSQL's; nothing that is put in needs quoting. */
static const char *
array_of_keys(struct ctx *cx, const struct throttle *t)
{
	struct buf b;

	buf_init(&b, cx->mem, ARRAY_MAX);
	for (int i = 0; i < t->count; i++)
		buf_printf(&b, "%c%s", i == 0 ? '{' : ',', t->buckets[i].key);
	buf_putc(&b, '}');
	return buf_text(&b);
}

static const char *
array_of_times(struct ctx *cx, const struct throttle *t)
{
	struct buf b;

	buf_init(&b, cx->mem, ARRAY_MAX);
	for (int i = 0; i < t->count; i++)
		buf_printf(&b, "%c%s", i == 0 ? '{' : ',', t->buckets[i].last_at);
	buf_putc(&b, '}');
	return buf_text(&b);
}

static const char *
array_of_forgotten(struct ctx *cx, const struct throttle *t)
{
	struct buf b;

	buf_init(&b, cx->mem, ARRAY_MAX);
	for (int i = 0; i < t->count; i++)
		buf_printf(&b, "%c%lld", i == 0 ? '{' : ',',
		    (long long)t->buckets[i].forgotten);
	buf_putc(&b, '}');
	return buf_text(&b);
}

/* That of an address, which forgets by and by; NULL: there is none. */
static const char *
leaking_key(const struct throttle *t)
{
	return t->count > THROTTLE_ADDRESS ? t->buckets[THROTTLE_ADDRESS].key : NULL;
}

static struct throttle_bucket *
bucket_of_key(struct throttle *t, const char *key)
{
	for (int i = 0; i < t->count; i++)
		if (strcmp(t->buckets[i].key, key) == 0)
			return &t->buckets[i];
	return NULL;
}

static enum err
hold(struct ctx *cx, struct db *db, struct throttle *t)
{
	const char *keys = array_of_keys(cx, t);
	char forget[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_queue(cx, db, STMT_sign_in_open, DB_ARGS(keys));

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_sign_in_hold,
		    DB_ARGS(
			keys, str_from_i64(forget, THROTTLE_FORGET_S), leaking_key(t)),
		    &rows);
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) != t->count)
		return err_set(&cx->err, ERR_INTERNAL, "a bucket is gone");
	for (int i = 0; i < t->count; i++) {
		struct throttle_bucket *b = bucket_of_key(t, db_text(rows, i, 0));

		if (b == NULL)
			return err_set(&cx->err, ERR_INTERNAL, "a bucket is strange");
		b->failures = db_i64(rows, i, 1);
		b->age_ms = db_i64(rows, i, 2);
		b->told = db_bool(rows, i, 3);
		b->last_at = db_text(rows, i, 4);
		t->at = db_text(rows, i, 5);
		b->forgotten = db_i64(rows, i, 6) - b->failures;
	}
	return ERR_OK;
}

/* -- whether it is too early -- */

static int64_t
wait_of(int64_t delay_s, int64_t age_ms)
{
	const int64_t left_ms = delay_s * 1000 - age_ms;

	return left_ms > 0 ? (left_ms + 999) / 1000 : 0;
}

static enum err
is_stranger(struct ctx *cx, struct db *db, const struct throttle_who *who, bool *out)
{
	const char *network = throttle_network(cx, who->address);
	char days[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_session_addresses,
	    DB_ARGS(who->user_id, str_from_i64(days, THROTTLE_KNOWN_DAYS)), &rows);

	*out = true;
	if (rc != ERR_OK)
		return rc;
	for (int i = 0; i < db_row_count(rows); i++)
		if (strcmp(throttle_network(cx, db_text(rows, i, 0)), network) == 0)
			*out = false;
	return ERR_OK;
}

/* A bucket makes the try wait; the longest wait counts. */
static void
delay(
    struct throttle *t, struct throttle_bucket *b, int64_t delay_s, const char **blamed)
{
	const int64_t wait = wait_of(delay_s, b->age_ms);

	if (wait <= t->wait_s)
		return;
	t->wait_s = wait;
	t->first = !b->told;
	*blamed = b->key;
}

static enum err
settle(struct ctx *cx, struct db *db, struct throttle *t, const char *blamed)
{
	char forget[STR_I64_SIZE];

	if (t->wait_s > 0)
		return t->first ? db_queue(cx, db, STMT_sign_in_tell, DB_ARGS(blamed))
				: ERR_OK;
	return db_queue(cx, db, STMT_sign_in_count,
	    DB_ARGS(array_of_keys(cx, t), str_from_i64(forget, THROTTLE_FORGET_S),
		t->at, leaking_key(t)));
}

enum err
throttle_password(
    struct ctx *cx, struct db *db, const struct throttle_who *who, struct throttle *out)
{
	struct throttle_bucket *pair = &out->buckets[THROTTLE_PAIR];
	struct throttle_bucket *address = &out->buckets[THROTTLE_ADDRESS];
	struct throttle_bucket *account = &out->buckets[THROTTLE_ACCOUNT];
	const char *blamed = NULL;
	int64_t of_account, of_address;
	bool stranger = false;
	enum err rc;

	password_buckets(cx, who, out);
	if ((rc = hold(cx, db, out)) != ERR_OK)
		return rc;
	delay(out, pair, throttle_delay_s(THROTTLE_PAIR, pair->failures), &blamed);
	of_address = throttle_delay_s(THROTTLE_ADDRESS, address->failures);
	of_account = throttle_delay_s(THROTTLE_ACCOUNT, account->failures);
	if ((of_address > 0 || of_account > 0) &&
	    (rc = is_stranger(cx, db, who, &stranger)) != ERR_OK)
		return rc;
	if (stranger) {
		delay(out, address, of_address, &blamed);
		delay(out, pair, of_account, &blamed);
	}
	return settle(cx, db, out, blamed);
}

enum err
throttle_code(struct ctx *cx, struct db *db, const char *user_id, struct throttle *out)
{
	struct throttle_bucket *b = &out->buckets[0];
	const char *blamed = NULL;
	enum err rc;

	*out = (struct throttle){0};
	add_bucket(cx, out, THROTTLE_CODE, user_id, "");
	if ((rc = hold(cx, db, out)) != ERR_OK)
		return rc;
	delay(out, b, throttle_delay_s(THROTTLE_CODE, b->failures), &blamed);
	return settle(cx, db, out, blamed);
}

enum err
throttle_forgive(struct ctx *cx, struct db *db, const struct throttle *t)
{
	return db_queue(cx, db, STMT_sign_in_forgive,
	    DB_ARGS(array_of_keys(cx, t), array_of_times(cx, t), t->at,
		array_of_forgotten(cx, t)));
}

enum err
throttle_forget(struct ctx *cx, struct db *db, const struct throttle_who *who)
{
	const char *account = fold(cx, who->account);
	struct throttle t = {0};

	add_bucket(cx, &t, THROTTLE_PAIR, account, throttle_network(cx, who->address));
	add_bucket(cx, &t, THROTTLE_ACCOUNT, account, "");
	if (who->user_id != NULL)
		add_bucket(cx, &t, THROTTLE_CODE, who->user_id, "");
	return db_queue(cx, db, STMT_sign_in_forget, DB_ARGS(array_of_keys(cx, &t)));
}
