/* token.c - mints our own tokens; see auth.h. */
#include <jwt.h>
#include <stdlib.h>
#include <string.h>

#include "auth/claims.h"
#include "crypto/secret.h"

enum { GRANTS_SIZE_MAX = 16 * 1024 };

static bool
words_are_fit(const char *const *words, bool blanks)
{
	for (; words != NULL && *words != NULL; words++)
		if (!claim_text_is_fit(*words, CLAIM_TEXT_MAX) ||
		    (!blanks && strchr(*words, ' ') != NULL))
			return false;
	return true;
}

static enum err
check(struct ctx *cx, const struct conf *c, const struct token_claims *t)
{
	static const char text[] = "not a string of 1 to 255 bytes";

	if (!str_is_set(c->jwt_secret_key))
		return err_set(&cx->err, ERR_CONFIG, "JWT_SECRET_KEY is not set");
	if (!claim_text_is_fit(t->sub, CLAIM_TEXT_MAX))
		return err_tell(&cx->err, ERR_INVALID, "sub is %s", text);
	if (t->email != NULL && !claim_text_is_fit(t->email, CLAIM_EMAIL_MAX))
		return err_tell(&cx->err, ERR_INVALID, "email is no address");
	if (t->tenant_id != NULL && !claim_text_is_fit(t->tenant_id, CLAIM_TEXT_MAX))
		return err_tell(&cx->err, ERR_INVALID, "tenant id is %s", text);
	if (t->client_id != NULL && !claim_text_is_fit(t->client_id, CLAIM_TEXT_MAX))
		return err_tell(&cx->err, ERR_INVALID, "client id is %s", text);
	if (t->session_id != NULL && !claim_text_is_fit(t->session_id, CLAIM_TEXT_MAX))
		return err_tell(&cx->err, ERR_INVALID, "session id is %s", text);
	if (!words_are_fit(t->roles, true))
		return err_tell(&cx->err, ERR_INVALID, "a role is %s", text);
	if (!words_are_fit(t->scopes, false))
		return err_tell(
		    &cx->err, ERR_INVALID, "a scope is %s, or has blanks", text);
	return ERR_OK;
}

/* The claims as JSON, which is how libjwt takes lists. */
static const char *
claims_text(struct ctx *cx, const struct conf *c, const struct token_claims *t)
{
	int lifetime =
	    t->lifetime_s != 0 ? t->lifetime_s : c->access_token_expire_minutes * 60;
	char id[UUID_TEXT_SIZE];
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, GRANTS_SIZE_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "sub", t->sub);
	json_member_i64(&o, "iat", t->now_s);
	json_member_i64(&o, "exp", t->now_s + lifetime);
	uuid_text(id, uuid_random());
	json_member_text(&o, "jti", id);
	if (str_is_set(c->jwt_issuer))
		json_member_text(&o, "iss", c->jwt_issuer);
	if (str_is_set(c->jwt_audience))
		json_member_text(&o, "aud", c->jwt_audience);
	if (t->email != NULL)
		json_member_text(&o, "email", t->email);
	if (t->tenant_id != NULL)
		json_member_text(&o, "tenant_id", t->tenant_id);
	if (t->client_id != NULL)
		json_member_text(&o, "client_id", t->client_id);
	if (t->session_id != NULL)
		json_member_text(&o, "sid", t->session_id);
	if (t->narrowed)
		json_member_bool(&o, "narrowed", true);
	if (t->roles != NULL && t->roles[0] != NULL) {
		json_name(&o, "roles");
		json_open_array(&o);
		for (const char *const *r = t->roles; *r != NULL; r++)
			json_put_text(&o, *r);
		json_close_array(&o);
	}
	json_close_object(&o);
	return b.failed ? NULL : buf_text(&b);
}

static const char *
scope_text(struct ctx *cx, const char *const *scopes)
{
	struct buf b;

	if (scopes == NULL || scopes[0] == NULL)
		return NULL;
	buf_init(&b, cx->mem, GRANTS_SIZE_MAX);
	for (const char *const *s = scopes; *s != NULL; s++)
		buf_printf(&b, "%s%s", s == scopes ? "" : " ", *s);
	return buf_text(&b);
}

static char *
sign(const struct conf *c, const char *claims, const char *scope)
{
	const unsigned char *key = (const unsigned char *)c->jwt_secret_key;
	char *text = NULL;
	jwt_t *j = NULL;

	if (jwt_new(&j) == 0 && jwt_add_grants_json(j, claims) == 0 &&
	    (scope == NULL || jwt_add_grant(j, "scope", scope) == 0) &&
	    jwt_set_alg(
		j, jwt_str_alg(c->algorithm), key, (int)strlen(c->jwt_secret_key)) == 0)
		text = jwt_encode_str(j);
	jwt_free(j);
	return text;
}

enum err
token_issue(struct ctx *cx, const struct conf *c, const struct token_claims *t,
    const char **token)
{
	const char *claims;
	enum err err;
	char *text;
	size_t n;

	if ((err = check(cx, c, t)) != ERR_OK)
		return err;
	claims = claims_text(cx, c, t);
	text = claims == NULL ? NULL : sign(c, claims, scope_text(cx, t->scopes));
	if (text == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "could not sign a token");
	n = strlen(text);
	*token = arena_strdup(cx->mem, text);
	secret_cleanse(text, n);
	free(text);
	if (n > JWS_TOKEN_MAX)
		return err_tell(&cx->err, ERR_INVALID,
		    "the token would be longer than %d bytes", JWS_TOKEN_MAX);
	return ERR_OK;
}
