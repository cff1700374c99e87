/* schema_rules.c - what the keywords that hold no schemas ask for, and in which words;
 * see compile.h. */
#include "json/compile.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

/* -- messages -- */

void
compile_say(struct compiler *c, struct rule *rule, const char *fmt, const char *value)
{
	size_t n = strlen(fmt) + strlen(value) + 1, head = strcspn(fmt, "%");
	char *text = arena_alloc(c->mem, n);

	snprintf(text, n, "%.*s%s%s", (int)head, fmt, value, fmt + head + 2);
	rule->message = text;
}

static const char *
shown(struct compiler *c, const struct json *v)
{
	const char *text = json_text(v);

	return text != NULL ? text : json_print(c->mem, v);
}

const char *
compile_own_message(const struct json *schema, enum keyword kw)
{
	const struct json *m = json_get(schema, "errorMessage");

	return json_text(m) != NULL ? json_text(m) : json_get_text(m, keyword_name(kw));
}

/* -- operands -- */

static const struct {
	const char *name, *shown;
	unsigned bits;
} types[] = {
    {"null", "null", 1u << JSON_NULL},
    {"boolean", "a boolean", 1u << JSON_BOOL},
    {"integer", "an integer", TYPE_INTEGER | 1u << JSON_INT},
    {"number", "a number", 1u << JSON_INT | 1u << JSON_NUMBER},
    {"string", "a string", 1u << JSON_STRING},
    {"array", "an array", 1u << JSON_ARRAY},
    {"object", "an object", 1u << JSON_OBJECT},
};

static enum err
add_type(
    struct compiler *c, const struct at *at, const struct json *type, struct rule *rule)
{
	const char *name = json_text(type);

	for (size_t i = 0; name != NULL && i < COUNT_OF(types); i++) {
		if (strcmp(types[i].name, name) != 0)
			continue;
		rule->message = rule->types == 0
		    ? types[i].shown
		    : arena_printf(c->mem, "%s or %s", rule->message, types[i].shown);
		rule->types |= types[i].bits;
		return ERR_OK;
	}
	return compile_refuse(c, &at->where, "no such type");
}

static enum err
compile_type(struct compiler *c, const struct at *at, struct rule *rule)
{
	enum err e = ERR_OK;

	if (json_type(at->value) != JSON_ARRAY)
		e = add_type(c, at, at->value, rule);
	for (size_t i = 0; e == ERR_OK && i < json_count(at->value); i++)
		e = add_type(c, at, json_item(at->value, i), rule);
	if (e == ERR_OK && rule->types == 0)
		e = compile_refuse(c, &at->where, "no type is named");
	if (e == ERR_OK)
		compile_say(c, rule, "must be %s", rule->message);
	return e;
}

enum { LIST_SHOWN = 900 }; /* bytes of the values of an enum, and one value more */

/* The first of many: a message goes with every fault, and is no list of postal codes.
 */
static const char *
shown_list(struct compiler *c, const struct json *list)
{
	struct buf b;

	buf_init(&b, c->mem, SIZE_MAX);
	for (size_t i = 0; i < json_count(list); i++) {
		if (b.n > LIST_SHOWN) {
			buf_printf(&b, ", and %zu more", json_count(list) - i);
			break;
		}
		buf_puts(&b, i == 0 ? "" : ", ");
		buf_puts(&b, shown(c, json_item(list, i)));
	}
	return buf_text(&b);
}

static enum err
compile_enum(struct compiler *c, const struct at *at, struct rule *rule)
{
	if (json_type(at->value) != JSON_ARRAY)
		return compile_refuse(c, &at->where, "must be an array");
	rule->value = at->value;
	compile_say(c, rule, "must be one of %s", shown_list(c, at->value));
	return ERR_OK;
}

static enum err
compile_const(struct compiler *c, const struct at *at, struct rule *rule)
{
	rule->value = at->value;
	compile_say(c, rule, "must be %s", shown(c, at->value));
	return ERR_OK;
}

const char *
compile_counted(struct compiler *c, size_t n, const char *noun)
{
	return arena_printf(c->mem, "%zu %s%s", n, noun, n == 1 ? "" : "s");
}

bool
compile_read_count(const struct json *value, size_t *out)
{
	static const double most = 1e15;
	double v = json_number(value);

	if (!json_is_number(value) || !(v >= 0 && v <= most) ||
	    (double)(uint64_t)v != v)
		return false;
	*out = (size_t)v;
	return true;
}

static enum err
compile_limit(struct compiler *c, const struct at *at, struct rule *rule)
{
	const char *noun;

	if (!compile_read_count(at->value, &rule->limit))
		return compile_refuse(
		    c, &at->where, "must be a whole number, not negative");
	noun = rule->kw == KW_MIN_LENGTH || rule->kw == KW_MAX_LENGTH ? "character"
	    : rule->kw == KW_MIN_ITEMS || rule->kw == KW_MAX_ITEMS    ? "item"
								      : "member";
	compile_say(c, rule,
	    strncmp(rule->name, "min", 3) == 0 ? "must have at least %s"
					       : "must have at most %s",
	    compile_counted(c, rule->limit, noun));
	return ERR_OK;
}

static enum err
compile_number(struct compiler *c, const struct at *at, struct rule *rule)
{
	char own[JSON_DIGITS_SIZE];
	const char *digits = json_digits(at->value, own);

	if (digits == NULL)
		return compile_refuse(c, &at->where, "must be a number");
	digits = arena_strdup(c->mem, digits);
	rule->number = decimal_read(digits);
	if (rule->kw == KW_MULTIPLE_OF &&
	    (rule->number.minus || rule->number.n == 0 ||
		rule->number.n > DECIMAL_DIVISOR_DIGITS))
		return compile_refuse(c, &at->where,
		    "must be positive, of at most %d digits", DECIMAL_DIVISOR_DIGITS);
	compile_say(c, rule,
	    rule->kw == KW_MINIMUM                 ? "must be at least %s"
		: rule->kw == KW_MAXIMUM           ? "must be at most %s"
		: rule->kw == KW_EXCLUSIVE_MINIMUM ? "must be more than %s"
		: rule->kw == KW_EXCLUSIVE_MAXIMUM ? "must be less than %s"
						   : "must be a multiple of %s",
	    digits);
	return ERR_OK;
}

enum err
compile_regex(struct compiler *c, const struct where *where, const char *text,
    const struct pattern **out)
{
	char why[PATTERN_WHY_SIZE];

	if (text == NULL)
		return compile_refuse(c, where, "must be a string");
	*out = pattern_compile(c->mem, text, why);
	return *out != NULL ? ERR_OK : compile_refuse(c, where, "bad pattern: %s", why);
}

static enum err
compile_pattern(struct compiler *c, const struct at *at, struct rule *rule)
{
	enum err e = compile_regex(c, &at->where, json_text(at->value), &rule->pattern);

	if (e == ERR_OK)
		compile_say(c, rule, "must have the form %s", json_text(at->value));
	return e;
}

static enum err
compile_format(struct compiler *c, const struct at *at, struct rule *rule)
{
	const char *name = json_text(at->value);

	if (name == NULL)
		return compile_refuse(c, &at->where, "must be a string");
	if ((rule->format = format_find(name)) == NULL)
		return compile_refuse(
		    c, &at->where, "format \"%s\" is not supported", name);
	rule->message = rule->format->message;
	return ERR_OK;
}

static enum err
compile_unique(struct compiler *c, const struct at *at, struct rule *rule)
{
	if (json_type(at->value) != JSON_BOOL)
		return compile_refuse(c, &at->where, "must be a boolean");
	rule->kw = json_bool(at->value) ? rule->kw : KW_COUNT;
	rule->message = "must not have equal items";
	return ERR_OK;
}

static compile_fn *const compilers[KW_COUNT] = {
#define RULE(sym, name, vocabulary, holds, compile, check) [KW_##sym] = (compile),
#define NOTE(sym, name, vocabulary, holds)
#include "json/keywords.def"
#undef RULE
#undef NOTE
};

bool
keyword_is_rule(enum keyword kw)
{
	return compilers[kw] != NULL;
}

enum err
compile_rule(struct compiler *c, const struct at *at, struct rule *rule)
{
	const char *own = compile_own_message(at->schema, rule->kw);
	enum err e = compilers[rule->kw](c, at, rule);

	if (own != NULL)
		rule->message = own;
	return e;
}
