/* claims.c - see claims.h. */
#include "auth/claims.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double time_max = 253402300799.0; /* the last second of year 9999 */

bool
claim_text_is_fit(const char *s, size_t max)
{
	size_t n = s == NULL ? 0 : strnlen(s, max + 1);

	if (n < 1 || n > max || !utf8_valid(s, n, true))
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x20 || c == 0x7f ||
		    (c == 0xc2 &&
			(unsigned char)s[i + 1] < 0xa0)) /* U+0080 to U+009F */
			return false;
	}
	return true;
}

/* -- times -- */

static enum err
read_time(struct ctx *cx, const struct json *claims, const char *name, int64_t *out)
{
	const struct json *v = json_get(claims, name);
	double t = json_number(v);

	if (json_type(v) != JSON_INT && json_type(v) != JSON_NUMBER)
		return jws_refuse(cx, "%s is not a number", name);
	if (!isfinite(t) || t < 0 || t > time_max)
		return jws_refuse(cx, "%s is out of range", name);
	*out = (int64_t)t;
	return ERR_OK;
}

enum err
claims_read_times(struct ctx *cx, const struct json *claims, struct claim_times *out)
{
	int64_t issued;
	enum err err;

	*out = (struct claim_times){0};
	if (!json_has(claims, "exp"))
		return jws_refuse(cx, "exp is missing");
	if ((err = read_time(cx, claims, "exp", &out->expires_s)) != ERR_OK)
		return err;
	if (json_has(claims, "iat") &&
	    (err = read_time(cx, claims, "iat", &issued)) != ERR_OK)
		return err;
	return json_has(claims, "nbf") ? read_time(cx, claims, "nbf", &out->begins_s)
				       : ERR_OK;
}

enum err
claims_check_times(
    struct ctx *cx, const struct claim_times *t, int leeway_s, int64_t now_s)
{
	if (now_s >= t->expires_s + leeway_s)
		return jws_refuse(
		    cx, "expired %lld seconds ago", (long long)(now_s - t->expires_s));
	if (now_s + leeway_s < t->begins_s)
		return jws_refuse(cx, "not valid for another %lld seconds",
		    (long long)(t->begins_s - now_s));
	return ERR_OK;
}

/* -- single values and lists -- */

/* A string claim; absent: NULL. */
static enum err
read_text(struct ctx *cx, const struct json *claims, const char *name, size_t max,
    const char **out)
{
	const char *s = json_get_text(claims, name);

	*out = NULL;
	if (!json_has(claims, name))
		return ERR_OK;
	if (!claim_text_is_fit(s, max))
		return jws_refuse(
		    cx, "%s is not a string of 1 to %zu bytes", name, max);
	*out = arena_strdup(cx->mem, s);
	return ERR_OK;
}

static enum err
add_name(struct ctx *cx, const char *claim, const char *name, struct name_list *to)
{
	if (!claim_text_is_fit(name, CLAIM_TEXT_MAX))
		return jws_refuse(cx, "%s holds what is no name", claim);
	if (to->count == CLAIM_NAMES_MAX)
		return jws_refuse(
		    cx, "%s makes more than %d names", claim, CLAIM_NAMES_MAX);
	if (to->names == NULL)
		to->names = arena_alloc(cx->mem, CLAIM_NAMES_MAX * sizeof(*to->names));
	to->names[to->count++] = name;
	return ERR_OK;
}

static enum err
add_words(struct ctx *cx, const char *claim, const char *text, struct name_list *to)
{
	struct slice rest = slice_of(text), word;
	enum err err = ERR_OK;

	while (err == ERR_OK && slice_next(&rest, ' ', &word))
		if (word.n > 0)
			err = add_name(cx, claim, slice_dup(cx->mem, word), to);
	return err;
}

enum shape { SHAPE_WORDS = 1, SHAPE_LIST = 2, SHAPE_NAME = 4 };

/* Adds the names of a claim that is blank-separated words, a list, or one name. */
static enum err
add_names(struct ctx *cx, const struct json *claims, const char *claim, unsigned shapes,
    struct name_list *to)
{
	const struct json *v = json_get(claims, claim);
	enum err err = ERR_OK;

	if (!json_has(claims, claim))
		return ERR_OK;
	if (json_type(v) == JSON_STRING && (shapes & SHAPE_WORDS) != 0)
		return add_words(cx, claim, json_text(v), to);
	if (json_type(v) == JSON_STRING && (shapes & SHAPE_NAME) != 0)
		return add_name(cx, claim, arena_strdup(cx->mem, json_text(v)), to);
	if (json_type(v) != JSON_ARRAY || (shapes & SHAPE_LIST) == 0)
		return jws_refuse(cx, "%s has a type it should not have", claim);
	for (size_t i = 0; err == ERR_OK && i < json_count(v); i++) {
		const char *name = json_text(json_item(v, i));

		err = add_name(
		    cx, claim, name == NULL ? "" : arena_strdup(cx->mem, name), to);
	}
	return err;
}

/* -- whom the token is for -- */

/* aud as a list; a string is a list of one. */
static enum err
read_audience(struct ctx *cx, const struct json *claims, struct name_list *out)
{
	return add_names(cx, claims, "aud", SHAPE_NAME | SHAPE_LIST, out);
}

static bool
lists_meet(const struct name_list *a, const struct name_list *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (name_list_has(b, a->names[i]))
			return true;
	return false;
}

static enum err
check_audience(struct ctx *cx, const struct issuer *i, const struct json *claims)
{
	struct name_list aud = {NULL, 0};
	const char *client = NULL;
	enum err err;

	if (i->no_audience && json_has(claims, "aud"))
		return jws_refuse(cx, "aud is set, and JWT_AUDIENCE is not");
	if ((err = read_audience(cx, claims, &aud)) != ERR_OK)
		return err;
	if (i->audiences.count > 0 && !lists_meet(&aud, &i->audiences))
		return jws_refuse(cx, "aud does not name us");
	if (i->client_ids.count == 0)
		return ERR_OK;
	if ((err = read_text(cx, claims, "client_id", CLAIM_TEXT_MAX, &client)) !=
		ERR_OK ||
	    (client == NULL &&
		(err = read_text(cx, claims, "azp", CLAIM_TEXT_MAX, &client)) !=
		    ERR_OK))
		return err;
	if (client != NULL ? !name_list_has(&i->client_ids, client)
			   : !lists_meet(&aud, &i->client_ids))
		return jws_refuse(cx, "its client is not among ours");
	return ERR_OK;
}

static enum err
check_token_use(struct ctx *cx, const struct issuer *i, const struct json *claims)
{
	const char *use = json_get_text(claims, "token_use");
	unsigned bit = 0;

	if (i->token_use == 0)
		return ERR_OK;
	if (use != NULL && strcmp(use, "access") == 0)
		bit = TOKEN_USE_ACCESS;
	else if (use != NULL && strcmp(use, "id") == 0)
		bit = TOKEN_USE_ID;
	if ((i->token_use & bit) == 0)
		return jws_refuse(cx, "token_use is not one that is taken");
	return ERR_OK;
}

/* -- who it is, and what is said of them -- */

/* Else whoever issues tokens could speak in the name of an API key. */
static bool
is_key_user(const char *sub)
{
	const size_t n = sizeof(AUTH_KEY_USER) - 1;
	struct uuid id;

	return strncmp(sub, AUTH_KEY_USER, n) == 0 &&
	    uuid_from_text(slice_of(sub + n), &id);
}

static enum err
read_user(struct ctx *cx, const struct issuer *i, const struct json *claims,
    struct uuid namespace, struct user_id *out)
{
	const char *sub = json_get_text(claims, "sub"), *name;

	if (!json_has(claims, "sub"))
		return jws_refuse(cx, "sub is missing");
	if (!claim_text_is_fit(sub, CLAIM_TEXT_MAX))
		return jws_refuse(cx,
		    "sub is not a string of 1 to %d bytes without control characters",
		    CLAIM_TEXT_MAX);
	if (i->bare_sub && is_key_user(sub))
		return jws_refuse(cx, "sub is what an API key is called");
	if (i->bare_sub) {
		memcpy(out->text, sub, strlen(sub) + 1);
		return ERR_OK;
	}
	name = arena_printf(cx->mem, "%s|%s", i->name, sub);
	uuid_text(out->text, uuid_named(namespace, name, strlen(name)));
	return ERR_OK;
}

/* An address that its issuer calls unverified proves nothing: there is none then. */
static bool
email_is_verified(const struct json *claims)
{
	const struct json *v = json_get(claims, "email_verified");
	const char *text = json_text(v);

	return !json_has(claims, "email_verified") || json_bool(v) ||
	    (text != NULL && strcmp(text, "true") == 0);
}

static enum err
read_client(struct ctx *cx, const struct json *claims, const char **out)
{
	static const char *const names[] = {"partner_id", "azp", "client_id"};
	enum err err = ERR_OK;

	for (size_t k = 0; err == ERR_OK && *out == NULL && k < COUNT_OF(names); k++)
		err = read_text(cx, claims, names[k], CLAIM_TEXT_MAX, out);
	return err;
}

static enum err
read_grants(
    struct ctx *cx, unsigned honour, const struct json *claims, struct principal *out)
{
	struct name_list *r = &out->roles, *s = &out->scopes;
	const unsigned names = SHAPE_NAME | SHAPE_LIST,
		       words = SHAPE_WORDS | SHAPE_LIST;
	enum err err = ERR_OK;

	if ((honour & HONOUR_ROLES) != 0 &&
	    ((err = add_names(cx, claims, "roles", names, r)) != ERR_OK ||
		(err = add_names(cx, claims, "role", names, r)) != ERR_OK ||
		(err = add_names(cx, claims, "cognito:groups", names, r)) != ERR_OK))
		return err;
	if ((honour & HONOUR_SCOPES) != 0 &&
	    ((err = add_names(cx, claims, "scope", SHAPE_WORDS, s)) != ERR_OK ||
		(err = add_names(cx, claims, "scopes", words, s)) != ERR_OK ||
		(err = add_names(cx, claims, "permissions", words, s)) != ERR_OK))
		return err;
	return ERR_OK;
}

enum err
claims_read(struct ctx *cx, const struct issuer *i, const struct json *claims,
    struct uuid namespace, struct principal *out)
{
	enum err err;

	*out =
	    (struct principal){.issuer = arena_strdup(cx->mem, i->name), .own = i->own};
	out->tenant_claim = json_has(claims, "tenant_id");
	if ((err = check_audience(cx, i, claims)) != ERR_OK ||
	    (err = check_token_use(cx, i, claims)) != ERR_OK ||
	    (err = read_user(cx, i, claims, namespace, &out->user)) != ERR_OK ||
	    (err = read_grants(cx, i->honour, claims, out)) != ERR_OK)
		return err;
	if ((i->honour & HONOUR_EMAIL) != 0 &&
	    (err = read_text(cx, claims, "email", CLAIM_EMAIL_MAX, &out->email)) !=
		ERR_OK)
		return err;
	if (!email_is_verified(claims))
		out->email = NULL;
	if ((i->honour & HONOUR_TENANT_ID) != 0 &&
	    (err = read_text(
		 cx, claims, "tenant_id", CLAIM_TEXT_MAX, &out->tenant_id)) != ERR_OK)
		return err;
	out->narrowed = i->own && json_bool(json_get(claims, "narrowed"));
	if (i->own &&
	    (err = read_text(cx, claims, "sid", CLAIM_TEXT_MAX, &out->session_id)) !=
		ERR_OK)
		return err;
	return (i->honour & HONOUR_CLIENT_ID) != 0
	    ? read_client(cx, claims, &out->client_id)
	    : ERR_OK;
}
