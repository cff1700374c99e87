/*
 * The small readers of text. The first byte says which one:
 *
 *   b base64url   u two URIs, a line each   f a format, a line, and a text
 *   d a UUID      n a number                t a token of RFC 9110
 *   e an address  p a stored password       s a sealed value
 *   l a log value w a text to be folded     m a URL to be fetched
 *   i a name in SQL                         a a command line, see below
 */
#include "fuzz.h"

#include <inttypes.h>

#include "base/email.h"
#include "base/id.h"
#include "base/log.h"
#include "cli/args.h"
#include "crypto/base64.h"
#include "crypto/password.h"
#include "crypto/seal.h"
#include "db/call.h"
#include "db/link.h"
#include "net/fetch.h"
#include "json/format.h"
#include "json/uri.h"

typedef void reader_fn(struct ctx *cx, struct slice text);

/* One value has one text. */
static void
read_base64(struct ctx *cx, struct slice text)
{
	struct slice value;

	if (base64url_decode_dup(cx->mem, text, &value)) {
		FUZZ_HOLDS(value.p[value.n] == '\0');
		FUZZ_HOLDS(
		    slice_eq(text, base64url_encode_dup(cx->mem, value.p, value.n)));
	}
	FUZZ_HOLDS(
	    base64url_decode_dup(cx->mem,
		slice_of(base64url_encode_dup(cx->mem, text.p, text.n)), &value) &&
	    value.n == text.n &&
	    (value.n == 0 || memcmp(value.p, text.p, text.n) == 0));
}

static void
read_uris(struct ctx *cx, struct slice text)
{
	const char *base = fuzz_text(cx->mem, &text, '\n');
	const char *ref = fuzz_text(cx->mem, &text, '\n');
	const char *whole = uri_resolve(cx->mem, base, ref);

	FUZZ_HOLDS(strlen(whole) <= strlen(base) + strlen(ref) + 4);
	FUZZ_HOLDS(strchr(whole, '#') == NULL);
	if (uri_is_absolute(ref))
		FUZZ_HOLDS(uri_is_absolute(whole));
	(void)uri_is_absolute(base);
}

static void
read_format(struct ctx *cx, struct slice text)
{
	const struct format *f = format_find(fuzz_text(cx->mem, &text, '\n'));

	if (f != NULL)
		(void)f->fits(fuzz_text(cx->mem, &text, '\n'));
}

static void
read_uuid(struct ctx *cx, struct slice text)
{
	char out[UUID_TEXT_SIZE];
	struct uuid u;

	(void)cx;
	if (!uuid_from_text(text, &u))
		return;
	uuid_text(out, u);
	FUZZ_HOLDS(slice_eq_ci(text, out) && uuid_version(u) <= 15);
}

static void
read_number(struct ctx *cx, struct slice text)
{
	int64_t n, again;
	char *out;

	if (!str_to_i64(text, INT64_MIN, INT64_MAX, &n))
		return;
	out = arena_printf(cx->mem, "%" PRId64, n);
	FUZZ_HOLDS(str_to_i64(slice_of(out), n, n, &again) && again == n);
	FUZZ_HOLDS(n == INT64_MIN || !str_to_i64(text, INT64_MIN, n - 1, &again));
}

static void
read_token(struct ctx *cx, struct slice text)
{
	(void)cx;
	if (str_is_token(text))
		FUZZ_HOLDS(memchr(text.p, ' ', text.n) == NULL && text.n <= 128);
}

static void
read_email(struct ctx *cx, struct slice text)
{
	const char *email = slice_dup(cx->mem, text);

	struct mailbox m;

	if (email_valid(email))
		FUZZ_HOLDS(strchr(email, '@') > email && strlen(email) <= 254);
	if (mailbox_read(email, &m))
		FUZZ_HOLDS(email_valid(slice_dup(cx->mem, m.address)) &&
		    memchr(m.name.p, '\n', m.name.n) == NULL);
}

/* What a string would cost is judged before it costs anything. */
static void
read_password(struct ctx *cx, struct slice text)
{
	const char *phc = slice_dup(cx->mem, text);
	bool match;

	if (!password_is_stale(phc))
		FUZZ_HOLDS(strncmp(phc, "$argon2id$v=19$m=19456,t=2,p=1$", 31) == 0);
	else if (password_verify(cx, phc, "", 0, &match) == ERR_OK)
		FUZZ_HOLDS(!match && strncmp(phc, "$argon2id$", 10) == 0);
}

/* The only texts that open are the ones that were sealed. */
static void
read_sealed(struct ctx *cx, struct slice text)
{
	static const char sealed[] =
	    "v1.dd06fa85.dHdlbHZlIGJ5dGVz0kju9gm-ZHjp-wbeMyC8GiH-FM726g";
	static struct seal_keys *keys;
	struct seal_keys *odd;
	const struct slice row = slice_of("row"), other = slice_of("other");
	const char *in = slice_dup(cx->mem, text), *out;
	struct slice value;

	if (keys == NULL)
		FUZZ_HOLDS(seal_keys_new(&cx->err, "a-secret-of-at-least-32-bytes-012",
			       "the-one-before-of-32-bytes-or-more", &keys) == ERR_OK);
	if (seal_keys_new(&cx->err, in, in, &odd) == ERR_OK) {
		FUZZ_HOLDS(strlen(seal_keys_id(odd)) == SEAL_KEY_ID_SIZE - 1);
		seal_keys_free(odd);
	}
	if (seal_open(cx, keys, in, row, &value) == ERR_OK)
		FUZZ_HOLDS(strcmp(in, sealed) == 0 && slice_eq(value, "sealed"));
	FUZZ_HOLDS(seal_make(cx, keys, text, row, &out) == ERR_OK);
	FUZZ_HOLDS(seal_is_current(keys, out));
	FUZZ_HOLDS(seal_open(cx, keys, out, other, &value) == ERR_INTERNAL);
	FUZZ_HOLDS(seal_open(cx, keys, out, row, &value) == ERR_OK);
	FUZZ_HOLDS(value.n == text.n && value.p[value.n] == '\0');
}

/* One line, whatever the text was. */
static void
read_log_value(struct ctx *cx, struct slice text)
{
	char out[64];

	(void)log_quote(out, sizeof(out), slice_dup(cx->mem, text));
	FUZZ_HOLDS(out[0] == '"' && strlen(out) < sizeof(out));
	for (const char *p = out; *p != '\0'; p++)
		FUZZ_HOLDS((unsigned char)*p >= ' ' && *p != 0x7f);
}

static void
read_name(struct ctx *cx, struct slice text)
{
	const char *folded = utf8_fold(cx->mem, slice_dup(cx->mem, text));

	if (folded != NULL)
		FUZZ_HOLDS(utf8_valid(folded, strlen(folded), true));
}

static void
read_url(struct ctx *cx, struct slice text)
{
	const char *url = slice_dup(cx->mem, text);

	if (fetch_allows(url))
		FUZZ_HOLDS(
		    strncmp(url, "http", 4) == 0 && strpbrk(url, " \r\n") == NULL);
}

/* Undone as PostgreSQL reads it, the quoted name is the name. */
static void
read_ident(struct ctx *cx, struct slice text)
{
	static const char head[] = "CREATE SCHEMA IF NOT EXISTS \"";
	static struct db db;
	const char *name = slice_dup(cx->mem, text);
	const char *sql, *p;

	if (db.pg == NULL)
		db.pg = PQconnectStart("no_such_keyword=1"); /* connects to nothing */
	sql = call_quote_idents(
	    cx, &db, STMT_tenant_schema_create, (const char *const[]){name});
	if (sql == NULL)
		return;
	FUZZ_HOLDS(strncmp(sql, head, sizeof(head) - 1) == 0);
	for (p = sql + sizeof(head) - 1; *name != '\0'; name++) {
		FUZZ_HOLDS(*p++ == *name);
		if (*name == '"')
			FUZZ_HOLDS(*p++ == '"');
	}
	FUZZ_HOLDS(strncmp(p, "\";", 2) == 0);
}

/* A letter for the command, from A, and its words, a line each. */
static void
read_args(struct ctx *cx, struct slice text)
{
	enum { WORDS_MAX = 32 };
	static const char *const usages[] = {
#define COMMAND(words, function, needs, usage, summary) usage,
#include "cli/commands.def"
#undef COMMAND
	};
	static const int64_t range[2] = {1, 1000};
	char *argv[WORDS_MAX + 1] = {NULL};
	size_t command = text.n > 0 ? (unsigned char)text.p[0] : 0;
	struct slice word;
	const struct args *a;
	int argc = 0;
	int64_t n = 0;

	if (command < 'A' || command - 'A' >= COUNT_OF(usages))
		return;
	text = (struct slice){text.p + 1, text.n - 1};
	while (argc < WORDS_MAX && text.n > 0 && slice_cut(&text, '\n', &word))
		argv[argc++] = slice_dup(cx->mem, word);
	if (args_parse(cx, usages[command - 'A'], argc, argv, &a) != ERR_OK) {
		FUZZ_HOLDS(cx->err.code == ERR_USAGE && cx->err.detail[0] != '\0');
		return;
	}
	FUZZ_HOLDS(args_number(cx, a, "limit", range, &n) != ERR_OK ||
	    (n >= 0 && n <= range[1]));
	FUZZ_HOLDS(args_flag(a, "sub") == (args_value(a, "sub") != NULL));
	for (const char *const *v = args_values(a, "role", cx->mem); *v != NULL; v++)
		FUZZ_HOLDS((*v)[0] != '\0');
	FUZZ_HOLDS(args_operand(a, argc) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static reader_fn *const readers['z' + 1] = {
	    ['a'] = read_args,
	    ['b'] = read_base64,
	    ['d'] = read_uuid,
	    ['e'] = read_email,
	    ['f'] = read_format,
	    ['i'] = read_ident,
	    ['l'] = read_log_value,
	    ['m'] = read_url,
	    ['n'] = read_number,
	    ['p'] = read_password,
	    ['s'] = read_sealed,
	    ['t'] = read_token,
	    ['u'] = read_uris,
	    ['w'] = read_name,
	};

	if (n > 0 && data[0] < COUNT_OF(readers) && readers[data[0]] != NULL)
		readers[data[0]](fuzz_ctx(), fuzz_slice(data + 1, n - 1));
	return 0;
}
