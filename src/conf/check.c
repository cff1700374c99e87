/* check.c - see check.h. */
#include "conf/check.h"

#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/email.h"
#include "base/id.h"
#include "base/str.h"

enum { SHOWN_MAX = 40 }; /* bytes of a wrong value that are shown */

static bool
is_word(struct slice value, const char *choices, char sep)
{
	struct slice rest = slice_of(choices), word;

	while (slice_next(&rest, sep, &word))
		if (word.n == value.n && memcmp(word.p, value.p, word.n) == 0)
			return true;
	return false;
}

static bool
is_words(struct slice value, const char *choices)
{
	struct slice word;

	while (slice_next(&value, ',', &word))
		if (!is_word(word, choices, '|'))
			return false;
	return true;
}

static bool
is_octal(const char *value)
{
	return value[strspn(value, "01234567")] == '\0';
}

static bool
is_cidrs(struct slice value)
{
	struct slice piece;

	while (slice_next(&value, ',', &piece))
		if (!address_is_range(piece))
			return false;
	return true;
}

/* What libpq takes as a connection string; libpq itself reads the rest. */
static bool
is_conninfo(const char *value)
{
	size_t name = strspn(value, " \t");

	if (strncmp(value, "postgres://", 11) == 0 ||
	    strncmp(value, "postgresql://", 13) == 0)
		return true;
	value += name;
	name = strspn(value, "abcdefghijklmnopqrstuvwxyz_");
	value += name;
	return name > 0 && value[strspn(value, " \t")] == '=';
}

static bool
is_url(const char *value)
{
	size_t scheme = strncmp(value, "https://", 8) == 0 ? 8
	    : strncmp(value, "http://", 7) == 0            ? 7
							   : 0;

	return scheme > 0 && value[scheme] != '\0' && value[scheme] != '/' &&
	    strpbrk(value, " \"<>\\^`{|}") == NULL;
}

/* The same with {environment} and {tenant} in it. */
static bool
is_template(const char *value)
{
	static const char *const places[] = {"{environment}", "{tenant}"};
	char text[2048] = "";
	size_t n = 0;

	while (*value != '\0' && n + 1 < sizeof(text)) {
		size_t skip = 0;

		for (size_t i = 0; i < COUNT_OF(places); i++)
			if (strncmp(value, places[i], strlen(places[i])) == 0)
				skip = strlen(places[i]);
		text[n++] = *value;
		if (skip > 0)
			text[n - 1] = 'x';
		value += skip > 0 ? skip : 1;
	}
	text[n] = '\0';
	return *value == '\0' && is_url(text);
}

/* Scheme, host and perhaps a port, nothing else: user and password have settings. */
static bool
is_smtp(const char *value)
{
	size_t scheme = strncmp(value, "smtps://", 8) == 0 ? 8
	    : strncmp(value, "smtp://", 7) == 0            ? 7
							   : 0;

	return scheme > 0 && value[scheme] != '\0' && value[scheme] != ':' &&
	    strpbrk(value + scheme, "/?#@ \"<>\\^`{|}") == NULL;
}

/* Whoever connects reads the rest. */
static bool
is_redis(const char *value)
{
	return strncmp(value, "redis://", 8) == 0 || strncmp(value, "unix://", 7) == 0;
}

/* "/a/b": no empty or dot segment, and nothing that a path would have to escape. */
static bool
is_prefix(const char *value)
{
	struct slice rest = slice_of(value), piece;

	if (value[0] != '/' || strpbrk(value, " \"#%<>?\\^`{|}") != NULL)
		return false;
	slice_next(&rest, '/', &piece);
	while (slice_next(&rest, '/', &piece))
		if (piece.n == 0 || slice_eq(piece, ".") || slice_eq(piece, ".."))
			return false;
	return true;
}

static bool
has_control(const char *value)
{
	for (; *value != '\0'; value++)
		if ((unsigned char)*value < 0x20 || *value == 0x7f)
			return true;
	return false;
}

static bool
say(char why[static CONF_WRONG_SIZE], const char *value, const char *rest)
{
	snprintf(why, CONF_WRONG_SIZE, "\"%.*s%s\" %s", SHOWN_MAX, value,
	    strlen(value) > SHOWN_MAX ? "..." : "", rest);
	return false;
}

static bool
check_form(
    const struct conf_option *o, const char *value, char why[static CONF_WRONG_SIZE])
{
	struct mailbox m;
	struct uuid u;

	switch (o->form) {
	case CONF_FORM_PLAIN:
	case CONF_FORM_SECRET:
		return true;
	case CONF_FORM_CONNINFO:
		if (is_conninfo(value))
			return true;
		snprintf(why, CONF_WRONG_SIZE,
		    "neither begins with postgres:// or "
		    "postgresql:// nor is a list of keyword=value");
		return false;
	case CONF_FORM_UUID:
		return uuid_from_text(slice_of(value), &u) ||
		    say(why, value, "is not a UUID");
	case CONF_FORM_OCTAL:
		return is_octal(value) || say(why, value, "is not an octal number");
	case CONF_FORM_CIDRS:
		return is_cidrs(slice_of(value)) ||
		    say(why, value, "is not a list of addresses and CIDR ranges");
	case CONF_FORM_URL:
		return is_url(value) || say(why, value, "is not an http or https URL");
	case CONF_FORM_TEMPLATE:
		return is_template(value) ||
		    say(why, value,
			"is not an http or https URL with {environment} or {tenant}");
	case CONF_FORM_PREFIX:
		return is_prefix(value) ||
		    say(why, value, "is not a path such as /a or /a/b");
	case CONF_FORM_WORDS:
		return is_words(slice_of(value), o->choices) ||
		    say(why, value, "names something else than ");
	case CONF_FORM_SMTP:
		return is_smtp(value) ||
		    say(why, value,
			"is neither smtp://HOST:PORT nor smtps://HOST:PORT");
	case CONF_FORM_MAILBOX:
		return mailbox_read(value, &m) ||
		    say(why, value, "is neither ADDRESS nor NAME <ADDRESS>");
	case CONF_FORM_REDIS:
		if (is_redis(value))
			return true;
		snprintf(why, CONF_WRONG_SIZE,
		    "begins with neither redis:// nor unix:// (there is no TLS)");
		return false;
	}
	return false;
}

static bool
check_text(
    const struct conf_option *o, const char *value, char why[static CONF_WRONG_SIZE])
{
	size_t n = strlen(value);

	if (n == 0 &&
	    (o->def[0] == '\0' || (o->min == 0 && o->choices == NULL) ||
		o->form == CONF_FORM_WORDS))
		return true;
	if (o->choices != NULL && o->form == CONF_FORM_PLAIN)
		return is_word(slice_of(value), o->choices, '|') ||
		    say(why, value, "is not one of ");
	if ((long long)n < o->min || (long long)n > o->max) {
		snprintf(why, CONF_WRONG_SIZE, "has %zu bytes, not %lld to %lld", n,
		    o->min, o->max);
		return false;
	}
	if (has_control(value) || !utf8_valid(value, n, true)) {
		snprintf(
		    why, CONF_WRONG_SIZE, "holds a control character, or is not UTF-8");
		return false;
	}
	return check_form(o, value, why);
}

static bool
check_int(
    const struct conf_option *o, const char *value, char why[static CONF_WRONG_SIZE])
{
	char range[64];
	int64_t n;

	if (!str_to_i64(slice_of(value), INT64_MIN, INT64_MAX, &n))
		return say(why, value, "is not a number");
	snprintf(range, sizeof(range), "is not in %lld to %lld", o->min, o->max);
	return (n >= o->min && n <= o->max) || say(why, value, range);
}

bool
conf_check_value(
    const struct conf_option *o, const char *value, char why[static CONF_WRONG_SIZE])
{
	bool good = false;
	size_t used;

	why[0] = '\0';
	switch (o->type) {
	case CONF_TYPE_INT:
		return check_int(o, value, why);
	case CONF_TYPE_BOOL:
		return strcmp(value, "on") == 0 || strcmp(value, "off") == 0 ||
		    say(why, value, "is neither on nor off");
	case CONF_TYPE_TEXT:
		good = check_text(o, value, why);
		break;
	}
	used = strlen(why);
	if (!good && used > 0 && why[used - 1] == ' ')
		snprintf(why + used, CONF_WRONG_SIZE - used, "%s", o->choices);
	return good;
}

void
conf_miss(struct ctx *cx, const char *name, const char *because)
{
	ctx_fault(cx, name, "required", "%s: is not set%s", name, because);
}

/* An element "*" of a comma-separated list or a JSON array. */
static bool
allows_any_origin(const char *origins)
{
	static const char around[] = " \t,[]\"";

	while (*origins != '\0') {
		size_t n;

		origins += strspn(origins, around);
		n = strcspn(origins, around);
		if (n == 1 && origins[0] == '*')
			return true;
		origins += n;
	}
	return false;
}

static void
check_aws(struct ctx *cx, const struct conf *c)
{
	if (str_is_set(c->cognito_user_pool_id) && !str_is_set(c->aws_region))
		conf_miss(cx, "AWS_REGION", ", but COGNITO_USER_POOL_ID is");
	if (str_is_set(c->aws_access_key_id) && !str_is_set(c->aws_secret_access_key))
		conf_miss(cx, "AWS_SECRET_ACCESS_KEY", ", but AWS_ACCESS_KEY_ID is");
	if (str_is_set(c->aws_secret_access_key) && !str_is_set(c->aws_access_key_id))
		conf_miss(cx, "AWS_ACCESS_KEY_ID", ", but AWS_SECRET_ACCESS_KEY is");
}

static void
check_mail(struct ctx *cx, const struct conf *c)
{
	if (str_is_set(c->smtp_url) && !str_is_set(c->mail_from))
		conf_miss(cx, "MAIL_FROM", ", but SMTP_URL is");
	if (str_is_set(c->smtp_user) && !str_is_set(c->smtp_password))
		conf_miss(cx, "SMTP_PASSWORD", ", but SMTP_USER is");
	if (str_is_set(c->smtp_password) && !str_is_set(c->smtp_user))
		conf_miss(cx, "SMTP_USER", ", but SMTP_PASSWORD is");
	if (strncmp(c->smtp_url, "smtps://", 8) == 0 && strcmp(c->smtp_tls, "off") == 0)
		ctx_fault(cx, "SMTP_TLS", "conflict",
		    "SMTP_TLS: is off, but SMTP_URL is smtps://");
}

/* Without workers there is nobody to count them. */
static void
check_chats(struct ctx *cx, const struct conf *c)
{
	if (c->workers > 0 && c->chats > conf_chats_most(c))
		ctx_fault(cx, "CHATS", "conflict",
		    "CHATS: is %d, but WORKERS is %d, which allows for %d: a worker "
		    "has to be left for other requests",
		    c->chats, c->workers, conf_chats_most(c));
}

void
conf_check_whole(struct ctx *cx, const struct conf *c, enum conf_need need)
{
	if (need == CONF_FOR_SERVER && !str_is_set(c->secret_key))
		conf_miss(cx, "SECRET_KEY", "");
	if (need == CONF_FOR_SERVER && !str_is_set(c->jwt_secret_key) &&
	    !str_is_set(c->jwt_issuers_file) && !str_is_set(c->cognito_user_pool_id))
		conf_miss(cx, "JWT_SECRET_KEY",
		    ", nor is an issuer (JWT_ISSUERS_FILE, COGNITO_USER_POOL_ID)");
	check_aws(cx, c);
	check_mail(cx, c);
	conf_check_stores(cx, c);
	if (need == CONF_FOR_SERVER)
		check_chats(cx, c);
	if (c->cors_credentials && allows_any_origin(c->cors_origins))
		ctx_fault(cx, "BACKEND_CORS_ORIGINS", "conflict",
		    "BACKEND_CORS_ORIGINS: allows any origin (*), which "
		    "CORS_CREDENTIALS must be off for");
}
