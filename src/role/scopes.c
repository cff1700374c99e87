/* scopes.c - see scopes.h. */
#include "role/scopes.h"

#include <string.h>

#include "base/buf.h"

enum { WORDS_MAX = 64 };

const struct role_scope role_scopes[] = {
#define SCOPE(sym, bit, name, meaning) {bit, name, meaning},
#include "role/scopes.def"
#undef SCOPE
};
const int role_scope_count = COUNT_OF(role_scopes);

const struct role_default role_defaults[] = {
#define ROLE(sym, id, name, scopes, description) {id, name, scopes, description},
#include "role/roles.def"
#undef ROLE
};
const int role_default_count = COUNT_OF(role_defaults);

const struct group_default group_defaults[] = {
#define GROUP(name, role, description) {name, role, description},
#include "role/groups.def"
#undef GROUP
};
const int group_default_count = COUNT_OF(group_defaults);

const struct role_default *
role_default_of(struct slice id)
{
	for (int i = 0; i < role_default_count; i++)
		if (slice_eq(id, role_defaults[i].id))
			return &role_defaults[i];
	return NULL;
}

static unsigned
bit_of(struct slice word)
{
	for (int i = 0; i < role_scope_count; i++)
		if (slice_eq(word, role_scopes[i].name))
			return role_scopes[i].bit;
	return 0;
}

static unsigned
bits_of(struct slice words)
{
	struct slice word;
	unsigned scopes = 0;

	while (slice_next(&words, ' ', &word))
		scopes |= bit_of(word);
	return scopes;
}

unsigned
role_scopes_of_words(const char *words)
{
	return words != NULL ? bits_of(slice_of(words)) : 0;
}

unsigned
role_scopes_of_list(const struct json *array)
{
	unsigned scopes = 0;

	for (size_t i = 0; i < json_count(array); i++) {
		const char *name = json_text(json_item(array, i));

		scopes |= name != NULL ? bit_of(slice_of(name)) : 0;
	}
	return scopes;
}

const char *
role_scopes_words(struct arena *mem, unsigned scopes)
{
	const char *between = "";
	struct buf b;

	buf_init(&b, mem, WORDS_MAX);
	for (int i = 0; i < role_scope_count; i++)
		if (scopes & role_scopes[i].bit) {
			buf_printf(&b, "%s%s", between, role_scopes[i].name);
			between = " ";
		}
	return buf_text(&b);
}

void
role_scopes_put(struct json_out *o, const char *name, unsigned scopes)
{
	json_name(o, name);
	json_open_array(o);
	for (int i = 0; i < role_scope_count; i++)
		if (scopes & role_scopes[i].bit)
			json_put_text(o, role_scopes[i].name);
	json_close_array(o);
}

/* Of a role that the tenant has no row of. */
static unsigned
default_scopes(const char *id, size_t n)
{
	const struct slice name = {id, n};
	const struct role_default *d = role_default_of(name);

	if (slice_eq(name, ROLE_OWNER_ID))
		return ROLE_ALL;
	return d != NULL ? d->scopes : ROLE_READ;
}

unsigned
role_scopes_granted(const char *grants)
{
	struct slice rest, line;
	unsigned scopes = 0;

	if (grants == NULL)
		return 0;
	rest = slice_of(grants);
	while (slice_cut(&rest, '\n', &line)) {
		if (line.n > 0 && line.p[0] == '@')
			scopes |= default_scopes(line.p + 1, line.n - 1);
		else
			scopes |= bits_of(line);
	}
	return scopes;
}
