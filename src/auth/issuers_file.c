/* issuers_file.c - see issuers_file.h. */
#include "auth/issuers_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "net/fetch.h"

enum {
	FILE_SIZE_MAX = 1024 * 1024,
	JSON_DEPTH = 8,
	NAMES_MAX = 100,
	NAME_SIZE_MAX = 255
};

/* Where in the file we are, for the messages. */
struct reader {
	struct ctx *cx;
	struct issuers *to;
	const struct json *object;
	unsigned at; /* 1 for the first issuer */
	const char *name;
	enum err err; /* of a visit */
};

struct word {
	const char *name;
	unsigned bit;
};

static const struct word honour_words[] = {{"email", HONOUR_EMAIL},
    {"tenant_id", HONOUR_TENANT_ID}, {"roles", HONOUR_ROLES}, {"scopes", HONOUR_SCOPES},
    {"client_id", HONOUR_CLIENT_ID}, {NULL, 0}};
static const struct word use_words[] = {
    {"access", TOKEN_USE_ACCESS}, {"id", TOKEN_USE_ID}, {NULL, 0}};
static const struct word alg_words[] = {
    {"RS256", 1u << JWS_RS256}, {"ES256", 1u << JWS_ES256}, {NULL, 0}};

static const char *const members[] = {"issuer", "jwks_url", "jwks_file", "algorithms",
    "audiences", "client_ids", "token_use", "primary", "honour"};

#define REFUSE(r, member, fmt, ...)                                                    \
	err_set(&(r)->cx->err, ERR_CONFIG,                                             \
	    "JWT_ISSUERS_FILE: issuer %u (\"%.100s\"): %s " fmt, (r)->at, (r)->name,   \
	    (member), ##__VA_ARGS__)

static enum err
read_file(struct ctx *cx, const char *path, size_t limit, struct slice *out)
{
	FILE *f = fopen(path, "re");
	struct stat st;
	char *p = NULL;

	if (f == NULL)
		return err_set(&cx->err, ERR_CONFIG, "cannot open \"%.200s\": %s", path,
		    strerror(errno));
	if (fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode) &&
	    (size_t)st.st_size <= limit)
		p = arena_alloc(cx->mem, (size_t)st.st_size + 1);
	if (p != NULL)
		*out = (struct slice){p, fread(p, 1, (size_t)st.st_size, f)};
	if (p == NULL || ferror(f) != 0) {
		(void)fclose(f);
		return err_set(&cx->err, ERR_CONFIG,
		    "cannot read \"%.200s\": no file of at most %zu bytes", path,
		    limit);
	}
	(void)fclose(f);
	return ERR_OK;
}

static bool
check_member(const char *name, const struct json *value, void *arg)
{
	struct reader *r = arg;

	(void)value;
	for (size_t i = 0; i < COUNT_OF(members); i++)
		if (strcmp(name, members[i]) == 0)
			return true;
	r->err = REFUSE(r, "member", "\"%.60s\" is not known", name);
	return false;
}

/* A member that is a list of 1 to NAMES_MAX strings, or absent where it may be. */
static enum err
read_names(struct reader *r, const char *member, struct name_list *out)
{
	const struct json *list = json_get(r->object, member);
	size_t n = json_count(list);

	if (!json_has(r->object, member))
		return ERR_OK;
	if (json_type(list) != JSON_ARRAY || n < 1 || n > NAMES_MAX)
		return REFUSE(r, member, "is not a list of 1 to %d strings", NAMES_MAX);
	out->names = arena_alloc(r->to->mem, n * sizeof(*out->names));
	for (size_t i = 0; i < n; i++) {
		const char *name = json_text(json_item(list, i));

		if (!str_is_set(name) || strlen(name) > NAME_SIZE_MAX)
			return REFUSE(r, member,
			    "holds what is no string of 1 to %d bytes", NAME_SIZE_MAX);
		out->names[out->count++] = arena_strdup(r->to->mem, name);
	}
	return ERR_OK;
}

/* A list of words from a table, as bits. */
static enum err
read_words(
    struct reader *r, const char *member, const struct word *words, unsigned *out)
{
	struct name_list l = {NULL, 0};
	enum err err = read_names(r, member, &l);

	for (size_t i = 0; err == ERR_OK && i < l.count; i++) {
		const struct word *w = words;

		while (w->name != NULL && strcmp(w->name, l.names[i]) != 0)
			w++;
		if (w->name == NULL)
			return REFUSE(r, member, "cannot hold \"%.60s\"", l.names[i]);
		*out |= w->bit;
	}
	return err;
}

static enum err
read_jwks_file(struct reader *r, const char *path, struct issuer *i)
{
	const char *why;
	struct slice text;
	enum err err;

	if (path[0] != '/')
		return REFUSE(r, "jwks_file", "is not an absolute path");
	err = read_file(r->cx, path, JWKS_SIZE_MAX, &text);
	if (err == ERR_OK)
		err = jwks_parse(r->cx, text, &i->keys);
	if (err != ERR_OK) {
		why = arena_strdup(r->cx->mem, r->cx->err.message);
		return REFUSE(r, "jwks_file", "is of no use: %s", why);
	}
	if (i->keys.count == 0)
		return REFUSE(r, "jwks_file", "holds no key that could be used");
	return ERR_OK;
}

static enum err
read_keys(struct reader *r, struct issuer *i)
{
	const char *url = json_get_text(r->object, "jwks_url");
	const char *path = json_get_text(r->object, "jwks_file");

	if (json_has(r->object, "jwks_url") == json_has(r->object, "jwks_file"))
		return REFUSE(
		    r, "jwks_url", "or jwks_file is needed, and one of them only");
	if (url == NULL && path == NULL)
		return REFUSE(r, "jwks_url or jwks_file", "is not a string");
	if (path != NULL)
		return read_jwks_file(r, path, i);
	if (!fetch_allows(url))
		return REFUSE(r, "jwks_url", "is no http or https address");
	i->jwks_url = arena_strdup(r->to->mem, url);
	return ERR_OK;
}

/* The one list that may be empty: nothing but sub then. */
static enum err
read_honour(struct reader *r, struct issuer *i)
{
	const struct json *list = json_get(r->object, "honour");

	if (!json_has(r->object, "honour"))
		i->honour = HONOUR_EMAIL;
	if (json_type(list) == JSON_ARRAY && json_count(list) == 0)
		return ERR_OK;
	return read_words(r, "honour", honour_words, &i->honour);
}

static enum err
read_terms(struct reader *r, struct issuer *i)
{
	const struct json *primary = json_get(r->object, "primary");
	enum err err;

	if ((err = read_words(r, "algorithms", alg_words, &i->algs)) != ERR_OK ||
	    (err = read_words(r, "token_use", use_words, &i->token_use)) != ERR_OK ||
	    (err = read_honour(r, i)) != ERR_OK ||
	    (err = read_names(r, "audiences", &i->audiences)) != ERR_OK ||
	    (err = read_names(r, "client_ids", &i->client_ids)) != ERR_OK)
		return err;
	if (i->algs == 0)
		return REFUSE(r, "algorithms", "is missing");
	if (i->audiences.count == 0 && i->client_ids.count == 0)
		return REFUSE(r, "audiences", "or client_ids is needed");
	if (json_has(r->object, "primary") && json_type(primary) != JSON_BOOL)
		return REFUSE(r, "primary", "is not true or false");
	i->bare_sub = json_bool(primary);
	return ERR_OK;
}

static enum err
read_issuer(struct reader *r)
{
	const char *name = json_get_text(r->object, "issuer");
	struct issuer i = {0};
	enum err err;

	r->name = name == NULL ? "" : name;
	if (json_type(r->object) != JSON_OBJECT)
		return REFUSE(r, "it", "is not an object");
	if (name == NULL || name[0] == '\0' || strlen(name) > NAME_SIZE_MAX)
		return REFUSE(
		    r, "issuer", "is not a string of 1 to %d bytes", NAME_SIZE_MAX);
	if (strchr(name, '|') != NULL) /* user ids are made of "issuer|sub" */
		return REFUSE(r, "issuer", "cannot have a \"|\" in it");
	json_each(r->object, check_member, r);
	if (r->err != ERR_OK)
		return r->err;
	i.name = arena_strdup(r->to->mem, name);
	if ((err = read_terms(r, &i)) != ERR_OK)
		return err;
	err = read_keys(r, &i);
	if (err == ERR_OK)
		err = issuers_add(r->cx, r->to, &i);
	if (err != ERR_OK)
		jwks_fini(&i.keys);
	return err;
}

static bool
only_issuers(const char *name, const struct json *value, void *arg)
{
	bool *alone = arg;

	(void)value;
	*alone = strcmp(name, "issuers") == 0;
	return *alone;
}

enum err
issuers_add(struct ctx *cx, struct issuers *all, const struct issuer *i)
{
	for (size_t k = 0; k < all->count; k++) {
		if (strcmp(all->list[k].name, i->name) == 0)
			return err_set(&cx->err, ERR_CONFIG,
			    "issuer \"%.100s\" is configured twice", i->name);
		if (all->list[k].bare_sub && i->bare_sub && !all->list[k].own &&
		    !i->own)
			return err_set(&cx->err, ERR_CONFIG,
			    "issuers \"%.100s\" and \"%.100s\" cannot both be primary",
			    all->list[k].name, i->name);
	}
	all->list[all->count++] = *i;
	return ERR_OK;
}

enum err
issuers_file_read(struct ctx *cx, const char *path, struct issuers *to)
{
	struct reader r = {.cx = cx, .to = to, .name = ""};
	const struct json *root, *list;
	const char *why;
	struct slice text;
	bool alone = true;
	enum err err;

	if ((err = read_file(cx, path, FILE_SIZE_MAX, &text)) != ERR_OK)
		return err;
	if (json_parse(cx, text.p, text.n, JSON_DEPTH, &root) != ERR_OK) {
		why = arena_strdup(cx->mem, cx->err.message);
		ctx_clear(cx);
		return err_set(
		    &cx->err, ERR_CONFIG, "JWT_ISSUERS_FILE is not JSON: %s", why);
	}
	list = json_get(root, "issuers");
	json_each(root, only_issuers, &alone);
	if (json_type(root) != JSON_OBJECT || json_type(list) != JSON_ARRAY || !alone)
		return err_set(&cx->err, ERR_CONFIG,
		    "JWT_ISSUERS_FILE is not an object with the member \"issuers\" "
		    "alone");
	if (json_count(list) > ISSUERS_FILE_MAX)
		return err_set(&cx->err, ERR_CONFIG,
		    "JWT_ISSUERS_FILE lists more than %d issuers", ISSUERS_FILE_MAX);
	for (size_t k = 0; err == ERR_OK && k < json_count(list); k++) {
		r.object = json_item(list, k);
		r.at = (unsigned)k + 1;
		err = read_issuer(&r);
	}
	return err;
}
