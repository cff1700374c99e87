/* args.c - see args.h. */
#include "cli/args.h"

#include <inttypes.h>
#include <string.h>

struct given {
	struct slice name; /* n 0: an operand */
	const char *value; /* NULL: a flag */
};

struct args {
	const char *usage;
	int count;
	struct given given[];
};

static struct slice
next_word(struct slice *rest)
{
	struct slice word = {"", 0};

	while (rest->n > 0 && word.n == 0)
		slice_next(rest, ' ', &word);
	return word;
}

static bool
cut_end(struct slice *word, const char *end)
{
	size_t n = strlen(end);

	if (word->n < n || memcmp(word->p + word->n - n, end, n) != 0)
		return false;
	word->n -= n;
	return true;
}

static bool
begins(struct slice word, const char *with)
{
	size_t n = strlen(with);

	return word.n >= n && memcmp(word.p, with, n) == 0;
}

bool
usage_next(struct slice *rest, struct usage_item *item)
{
	struct slice word = next_word(rest), *last = &item->name;
	bool closed;

	memset(item, 0, sizeof(*item));
	if (word.n == 0)
		return false;
	if ((item->optional = word.p[0] == '[')) {
		word.p++;
		word.n--;
	}
	item->name = word;
	if (begins(word, "--")) {
		item->option = true;
		item->name.p += 2;
		item->name.n -= 2;
		closed = word.p[word.n - 1] == ']' || word.p[word.n - 1] == '.';
		if (!closed && rest->n > 0 && rest->p[0] >= 'A' && rest->p[0] <= 'Z') {
			item->value = next_word(rest);
			last = &item->value;
		}
	}
	item->repeat = cut_end(last, "...");
	if (item->optional)
		cut_end(last, "]");
	return true;
}

static bool
find_option(const char *usage, struct slice name, struct usage_item *item)
{
	struct slice rest = slice_of(usage);

	while (usage_next(&rest, item))
		if (item->option && item->name.n == name.n &&
		    memcmp(item->name.p, name.p, name.n) == 0)
			return true;
	return false;
}

static int
count_given(const struct args *a, struct slice name)
{
	int n = 0;

	for (int i = 0; i < a->count; i++)
		n += a->given[i].name.n == name.n &&
		    memcmp(a->given[i].name.p, name.p, name.n) == 0;
	return n;
}

/* argv[at] is an option; *used more words belong to it. */
static enum err
take_option(struct ctx *cx, struct args *a, int argc, char *const *argv, int *at)
{
	const char *word = argv[*at] + 2, *equals = strchr(word, '=');
	struct slice name = {
	    word, equals != NULL ? (size_t)(equals - word) : strlen(word)};
	struct given *g = &a->given[a->count];
	struct usage_item item;

	if (!find_option(a->usage, name, &item))
		return err_tell(&cx->err, ERR_USAGE, "there is no option \"--%.*s\"",
		    (int)name.n, name.p);
	if (!item.repeat && count_given(a, name) > 0)
		return err_tell(&cx->err, ERR_USAGE, "option \"--%.*s\" came twice",
		    (int)name.n, name.p);
	if (item.value.n == 0 && equals != NULL)
		return err_tell(&cx->err, ERR_USAGE, "option \"--%.*s\" takes no value",
		    (int)name.n, name.p);
	*g = (struct given){.name = item.name};
	if (item.value.n > 0) {
		g->value = equals != NULL ? equals + 1 : argv[++*at];
		if (*at >= argc || g->value[0] == '\0')
			return err_tell(&cx->err, ERR_USAGE,
			    "option \"--%.*s\" needs a value: %.*s", (int)name.n,
			    name.p, (int)item.value.n, item.value.p);
	}
	a->count++;
	return ERR_OK;
}

/* Whatever the line demands was given, and no operand more than it has. */
static enum err
check_complete(struct ctx *cx, const struct args *a)
{
	struct slice rest = slice_of(a->usage), none = {"", 0};
	struct usage_item item;
	int operands = 0, given = count_given(a, none);

	while (usage_next(&rest, &item)) {
		if (!item.option) {
			operands++;
			if (!item.optional && given < operands)
				return err_tell(&cx->err, ERR_USAGE, "%.*s is missing",
				    (int)item.name.n, item.name.p);
		} else if (!item.optional && count_given(a, item.name) == 0)
			return err_tell(&cx->err, ERR_USAGE,
			    "option \"--%.*s\" is missing", (int)item.name.n,
			    item.name.p);
	}
	if (given > operands)
		return err_tell(&cx->err, ERR_USAGE, "there is no place for \"%s\"",
		    args_operand(a, operands));
	return ERR_OK;
}

enum err
args_parse(struct ctx *cx, const char *usage, int argc, char *const *argv,
    const struct args **out)
{
	struct args *a =
	    arena_alloc(cx->mem, sizeof(*a) + ((size_t)argc + 1) * sizeof(a->given[0]));
	bool options = true;
	enum err rc;

	a->usage = usage;
	for (int i = 0; i < argc; i++) {
		if (options && strcmp(argv[i], "--") == 0)
			options = false;
		else if (options && strncmp(argv[i], "--", 2) == 0) {
			if ((rc = take_option(cx, a, argc, argv, &i)) != ERR_OK)
				return rc;
		} else if (options && argv[i][0] == '-' && argv[i][1] != '\0')
			return err_tell(
			    &cx->err, ERR_USAGE, "there is no option \"%s\"", argv[i]);
		else
			a->given[a->count++] = (struct given){{"", 0}, argv[i]};
	}
	*out = a;
	return check_complete(cx, a);
}

bool
args_flag(const struct args *a, const char *name)
{
	return count_given(a, slice_of(name)) > 0;
}

const char *
args_value(const struct args *a, const char *name)
{
	const char *value = NULL;

	for (int i = 0; i < a->count; i++)
		if (a->given[i].name.n > 0 && slice_eq(a->given[i].name, name))
			value = a->given[i].value;
	return value;
}

const char *const *
args_values(const struct args *a, const char *name, struct arena *mem)
{
	const char **values =
	    arena_alloc(mem, ((size_t)a->count + 1) * sizeof(*values));
	int n = 0;

	for (int i = 0; i < a->count; i++)
		if (a->given[i].name.n > 0 && slice_eq(a->given[i].name, name))
			values[n++] = a->given[i].value;
	return values;
}

const char *
args_operand(const struct args *a, int i)
{
	for (int k = 0; k < a->count; k++)
		if (a->given[k].name.n == 0 && i-- == 0)
			return a->given[k].value;
	return NULL;
}

enum err
args_number(struct ctx *cx, const struct args *a, const char *name,
    const int64_t range[static 2], int64_t *out)
{
	const char *value = args_value(a, name);

	if (value == NULL || str_to_i64(slice_of(value), range[0], range[1], out))
		return ERR_OK;
	return err_tell(&cx->err, ERR_USAGE,
	    "option \"--%s\": \"%s\" is not a number in %" PRId64 " to %" PRId64, name,
	    value, range[0], range[1]);
}
