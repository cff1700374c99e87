/* issuers.c - the list, from the settings; see issuers.h. */
#include "auth/issuers.h"

#include <string.h>

#include "auth/issuers_file.h"
#include "net/fetch.h"

enum { ISSUERS_MEMORY_MAX = 8 * 1024 * 1024, COGNITO_CLIENTS_MAX = 100 };

bool
name_list_has(const struct name_list *l, const char *name)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->names[i], name) == 0)
			return true;
	return false;
}

struct issuer *
issuers_find(struct issuers *all, const char *iss)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->list[i].name, iss == NULL ? "" : iss) == 0 &&
		    (iss == NULL || iss[0] != '\0'))
			return &all->list[i];
	return NULL;
}

static enum err
add_own(struct ctx *cx, const struct conf *c, struct issuers *all)
{
	enum jws_alg alg = jws_alg_find(c->algorithm);
	struct issuer own = {.name = c->jwt_issuer,
	    .own = true,
	    .bare_sub = true,
	    .no_audience = !str_is_set(c->jwt_audience),
	    .algs = 1u << alg,
	    .honour = HONOUR_ALL,
	    .secret = slice_of(c->jwt_secret_key)};

	if (own.secret.n == 0)
		return ERR_OK;
	if (!jws_alg_is_hmac(alg))
		return err_set(&cx->err, ERR_CONFIG, "ALGORITHM is none of ours");
	if (own.secret.n < 32)
		return err_set(
		    &cx->err, ERR_CONFIG, "JWT_SECRET_KEY is shorter than 32 bytes");
	if (!own.no_audience) {
		own.audiences.names = arena_alloc(all->mem, sizeof(char *));
		own.audiences.names[own.audiences.count++] = c->jwt_audience;
	}
	return issuers_add(cx, all, &own);
}

static struct name_list
comma_list(struct arena *mem, const char *text)
{
	struct name_list l = {
	    arena_alloc(mem, COGNITO_CLIENTS_MAX * sizeof(char *)), 0};
	struct slice rest = slice_of(text), piece;

	while (l.count < COGNITO_CLIENTS_MAX && slice_next(&rest, ',', &piece))
		if (piece.n > 0)
			l.names[l.count++] = slice_dup(mem, piece);
	return l;
}

/* The pool is the boundary of its users; without a list every app client of it will do.
 */
static enum err
add_cognito(struct ctx *cx, const struct conf *c, struct issuers *all)
{
	struct issuer pool = {.bare_sub = true,
	    .algs = 1u << JWS_RS256,
	    .honour = HONOUR_EMAIL,
	    .token_use = TOKEN_USE_ACCESS | TOKEN_USE_ID};

	if (!str_is_set(c->cognito_user_pool_id))
		return ERR_OK;
	if (!str_is_set(c->aws_region))
		return err_set(&cx->err, ERR_CONFIG,
		    "COGNITO_USER_POOL_ID needs AWS_REGION beside it");
	pool.name = arena_printf(all->mem, "https://cognito-idp.%s.amazonaws.com/%s",
	    c->aws_region, c->cognito_user_pool_id);
	if (str_is_set(c->cognito_endpoint))
		pool.jwks_url = arena_printf(all->mem, "%s/%s/.well-known/jwks.json",
		    c->cognito_endpoint, c->cognito_user_pool_id);
	else
		pool.jwks_url =
		    arena_printf(all->mem, "%s/.well-known/jwks.json", pool.name);
	if (!fetch_allows(pool.jwks_url))
		return err_set(&cx->err, ERR_CONFIG,
		    "COGNITO_ENDPOINT, AWS_REGION and COGNITO_USER_POOL_ID make no "
		    "address");
	pool.client_ids = comma_list(all->mem, c->cognito_client_ids);
	return issuers_add(cx, all, &pool);
}

enum err
issuers_new(struct ctx *cx, const struct conf *c, struct issuers *out)
{
	struct arena *mem = arena_new(ISSUERS_MEMORY_MAX);
	enum err err;

	*out = (struct issuers){.mem = mem,
	    .list = arena_alloc(mem, (ISSUERS_FILE_MAX + 2) * sizeof(*out->list))};
	err = add_own(cx, c, out);
	if (err == ERR_OK)
		err = add_cognito(cx, c, out);
	if (err == ERR_OK && str_is_set(c->jwt_issuers_file))
		err = issuers_file_read(cx, c->jwt_issuers_file, out);
	if (err != ERR_OK)
		issuers_fini(out);
	for (size_t i = 0; i < out->count; i++)
		out->list[i].jwks_timeout_ms = c->jwks_timeout;
	return err;
}

void
issuers_fini(struct issuers *all)
{
	for (size_t i = 0; i < all->count; i++)
		jwks_fini(&all->list[i].keys);
	arena_free(all->mem);
	*all = (struct issuers){0};
}
