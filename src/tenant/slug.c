/* slug.c - see slug.h. */
#include "tenant/slug.h"

#include <string.h>

#include "base/attr.h"
#include "base/name.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "db/array.h"

enum {
	UUID_DIGITS = 32,
	DIGEST_SHOWN = 10, /* hexadecimal digits */
	ROUND = 16,        /* names that are asked for at once */
	ROUNDS = 4
};

static const char *const reserved[] = {
#define RESERVED(word) word,
#include "tenant/reserved.def"
#undef RESERVED
};

static bool
is_reserved(const char *slug)
{
	for (size_t i = 0; i < COUNT_OF(reserved); i++)
		if (strcmp(reserved[i], slug) == 0)
			return true;
	return false;
}

bool
tenant_name_reads_as_uuid(const char *s)
{
	int digits = 0;
	bool dash = false;

	for (; *s != '\0'; s++) {
		if (*s == '-') {
			if (dash || digits == 0 || digits % 4 != 0)
				return false;
			dash = true;
			continue;
		}
		if (str_hex_digit(*s) < 0)
			return false;
		dash = false;
		digits++;
	}
	return digits == UUID_DIGITS && !dash;
}

/* -- names -- */

enum err
tenant_title_take(
    struct ctx *cx, const char *name, const char *pointer, const char **out)
{
	const unsigned before = cx->fault_count;

	*out = NULL;
	if (name == NULL)
		ctx_fault(cx, pointer, "required", "a tenant needs a name");
	else if (!utf8_valid(name, strlen(name), true))
		ctx_fault(cx, pointer, "encoding", "is not text in UTF-8");
	else if (name_has_control(name))
		ctx_fault(cx, pointer, "pattern", "must not hold control characters");
	else if (name_is_blank(name))
		ctx_fault(cx, pointer, "pattern", "must not be blank");
	else
		*out = name_trim(cx->mem, name);
	if (*out != NULL && utf8_length(*out, strlen(*out)) > TENANT_TITLE_MOST)
		ctx_fault(cx, pointer, "maxLength", "has more than %d characters",
		    TENANT_TITLE_MOST);
	return cx->fault_count == before
	    ? ERR_OK
	    : err_tell(&cx->err, ERR_INVALID, "the tenant's name is not valid");
}

/* -- slugs -- */

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static void
check_letters(struct ctx *cx, const char *slug, const char *pointer)
{
	const size_t n = strlen(slug);

	for (size_t i = 0; i < n; i++)
		if (!is_alnum(slug[i]) && slug[i] != '-') {
			ctx_fault(cx, pointer, "pattern",
			    "must be of lower-case letters, digits and \"-\" alone");
			break;
		}
	if (n > 0 && (slug[0] == '-' || slug[n - 1] == '-'))
		ctx_fault(cx, pointer, "pattern",
		    "must begin and end with a letter or a digit");
	if (strstr(slug, "--") != NULL)
		ctx_fault(cx, pointer, "pattern", "must not hold \"--\"");
}

enum err
tenant_slug_check(struct ctx *cx, const char *slug, const char *pointer)
{
	const unsigned before = cx->fault_count;
	const size_t n = strlen(slug);

	if (n < TENANT_SLUG_LEAST)
		ctx_fault(cx, pointer, "minLength", "has less than %d characters",
		    TENANT_SLUG_LEAST);
	if (n > TENANT_SLUG_MOST)
		ctx_fault(cx, pointer, "maxLength", "has more than %d characters",
		    TENANT_SLUG_MOST);
	check_letters(cx, slug, pointer);
	if (is_reserved(slug))
		ctx_fault(cx, pointer, "not", "\"%s\" is reserved", slug);
	if (tenant_name_reads_as_uuid(slug))
		ctx_fault(cx, pointer, "not",
		    "reads as a UUID, which only the tenant of that number has as a "
		    "name");
	return cx->fault_count == before
	    ? ERR_OK
	    : err_tell(&cx->err, ERR_INVALID, "the slug is not valid");
}

/* Cut where a word ends, if one does. */
static void
cut(char *s)
{
	size_t n = strlen(s), at = TENANT_SLUG_MADE;

	if (n <= TENANT_SLUG_MADE)
		return;
	while (at > 0 && s[at] != '-')
		at--;
	if (at < TENANT_SLUG_LEAST)
		at = TENANT_SLUG_MADE;
	s[at] = '\0';
}

const char *
tenant_slug_made(struct ctx *cx, const char *name)
{
	char hex[DIGEST_HEX_SIZE], *made = name_romanise(cx->mem, name);

	cut(made);
	if (made[0] == '\0') {
		const char *same = utf8_fold(cx->mem, name);

		digest_hex(hex, digest_sha256(same, strlen(same)));
		return arena_printf(cx->mem, "t-%.*s", DIGEST_SHOWN, hex);
	}
	if (strlen(made) < TENANT_SLUG_LEAST || tenant_name_reads_as_uuid(made))
		return arena_printf(cx->mem, "t-%s", made);
	return made;
}

/* -- who has it -- */

static enum err
ask(struct ctx *cx, struct db *db, struct db_array *names, const char *tenant_id,
    struct db_rows **rows)
{
	const char *text = db_array_text(names);

	if (text == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "no memory for names");
	return db_query(
	    cx, db, STMT_tenant_slugs_taken, DB_ARGS(text, tenant_id), rows);
}

enum err
tenant_slug_is_free(
    struct ctx *cx, struct db *db, const char *slug, const char *tenant_id)
{
	struct db_array names;
	struct db_rows *rows;
	enum err rc;

	db_array_init(&names);
	db_array_add(&names, slug);
	rc = ask(cx, db, &names, tenant_id, &rows);
	db_array_fini(&names);
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	ctx_fault(cx, "/slug", "unique", "\"%s\" is taken", slug);
	return err_tell(&cx->err, ERR_CONFLICT,
	    "the slug \"%s\" is taken: another tenant has it, or had it", slug);
}

static bool
is_among(const struct db_rows *rows, const char *name)
{
	for (int i = 0; i < db_row_count(rows); i++)
		if (strcmp(db_text(rows, i, 0), name) == 0)
			return true;
	return false;
}

/* Once small numbers are taken, a random one is found soon. */
static enum err
number(
    struct ctx *cx, const char *made, unsigned round, const char *names[static ROUND])
{
	uint32_t random[ROUND];
	enum err rc = random_bytes(&cx->err, random, sizeof(random));

	for (unsigned i = 0; rc == ERR_OK && i < ROUND; i++) {
		const uint32_t n =
		    round == 0 ? i + 1 : ROUND + random[i] % (1000u << (3 * round));

		names[i] =
		    n == 1 ? made : arena_printf(cx->mem, "%s-%u", made, (unsigned)n);
	}
	return rc;
}

static enum err
try_round(
    struct ctx *cx, struct db *db, const char *made, unsigned round, const char **out)
{
	const char *names[ROUND];
	struct db_array asked;
	struct db_rows *rows;
	enum err rc = number(cx, made, round, names);

	if (rc != ERR_OK)
		return rc;
	db_array_init(&asked);
	for (int i = 0; i < ROUND; i++)
		db_array_add(&asked, names[i]);
	rc = ask(cx, db, &asked, "", &rows);
	db_array_fini(&asked);
	for (int i = 0; rc == ERR_OK && *out == NULL && i < ROUND; i++)
		if (!is_reserved(names[i]) && !is_among(rows, names[i]))
			*out = names[i];
	return rc;
}

enum err
tenant_slug_choose(struct ctx *cx, struct db *db, const char *wished, const char *name,
    const char **out)
{
	const char *made;
	enum err rc = ERR_OK;

	*out = NULL;
	if (wished != NULL) {
		rc = tenant_slug_check(cx, wished, "/slug");
		if (rc == ERR_OK)
			rc = tenant_slug_is_free(cx, db, wished, "");
		if (rc == ERR_OK)
			*out = wished;
		return rc;
	}
	made = tenant_slug_made(cx, name);
	for (unsigned round = 0; rc == ERR_OK && *out == NULL && round < ROUNDS;
	     round++)
		rc = try_round(cx, db, made, round, out);
	if (rc == ERR_OK && *out == NULL)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "no slug of the form \"%s\" was found free: choose one", made);
	return rc;
}
