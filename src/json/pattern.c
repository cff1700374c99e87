/* pattern.c - see pattern.h. */
#include "json/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

enum {
	PATTERN_MAX = 64 * 1024,
	DEPTH_LIMIT = 10000,
	HEAP_LIMIT = 4096 /* KiB */
};

struct pattern {
	pcre2_code *code;
	pcre2_match_context *limits;
	pcre2_match_data *data; /* kept, so that no match allocates one */
};

/* Unicode's general categories: PCRE2 knows their short names alone. */
static const char *const categories[][2] = {{"Letter", "L"}, {"Cased_Letter", "L&"},
    {"LC", "L&"}, {"Uppercase_Letter", "Lu"}, {"Lowercase_Letter", "Ll"},
    {"Titlecase_Letter", "Lt"}, {"Modifier_Letter", "Lm"}, {"Other_Letter", "Lo"},
    {"Mark", "M"}, {"Combining_Mark", "M"}, {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"}, {"Enclosing_Mark", "Me"}, {"Number", "N"},
    {"Decimal_Number", "Nd"}, {"digit", "Nd"}, {"Letter_Number", "Nl"},
    {"Other_Number", "No"}, {"Punctuation", "P"}, {"punct", "P"},
    {"Connector_Punctuation", "Pc"}, {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"}, {"Close_Punctuation", "Pe"},
    {"Initial_Punctuation", "Pi"}, {"Final_Punctuation", "Pf"},
    {"Other_Punctuation", "Po"}, {"Symbol", "S"}, {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"}, {"Modifier_Symbol", "Sk"}, {"Other_Symbol", "So"},
    {"Separator", "Z"}, {"Space_Separator", "Zs"}, {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"}, {"Other", "C"}, {"Control", "Cc"}, {"cntrl", "Cc"},
    {"Format", "Cf"}, {"Surrogate", "Cs"}, {"Private_Use", "Co"}, {"Unassigned", "Cn"}};

/* Copies \p{Name} at *p with the name PCRE2 knows. */
static void
put_property(struct buf *to, const char **p)
{
	static const char *const prefixes[] = {"General_Category=", "gc="};
	const char *name = *p + 3;
	struct slice s;

	for (size_t i = 0; i < COUNT_OF(prefixes); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			name += strlen(prefixes[i]);
	s = (struct slice){name, strcspn(name, "}")};
	buf_put(to, *p, 3);
	*p = s.p + s.n;
	for (size_t i = 0; i < COUNT_OF(categories); i++)
		if (slice_eq(s, categories[i][0]))
			s = slice_of(categories[i][1]);
	buf_put(to, s.p, s.n);
}

/* Copies the escape at *p; in_class: between brackets. */
static void
put_escape(struct buf *to, const char **p, bool in_class)
{
	/* ECMA-262: WhiteSpace and LineTerminator */
	static const char space[] = "\\s\\u00a0\\ufeff\\u2028\\u2029\\p{Zs}";
	char c = (*p)[1];

	if ((c == 'p' || c == 'P') && (*p)[2] == '{') {
		put_property(to, p);
		return;
	}
	if (c == 's' && in_class)
		buf_puts(to, space);
	else if ((c == 's' || c == 'S') && !in_class)
		buf_printf(to, "[%s%s]", c == 'S' ? "^" : "", space);
	else
		buf_put(to, *p, c == '\0' ? 1 : 2);
	*p += c == '\0' ? 1 : 2;
}

/* Whether ECMA-262 knows the escape of that letter. */
static bool
is_escape(char c)
{
	bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

	return !letter || strchr("bBcdDfknpPrsStuvwWx", c) != NULL;
}

/* Whether ECMA-262 knows what begins with the bracket at p. */
static bool
is_group(const char *p)
{
	size_t flags = 0;

	if (p[1] == '*')
		return false;
	if (p[1] != '?')
		return true;
	flags = strspn(p + 2, "ims-");
	return p[2] != '\0' && (strchr(":=!<", p[2]) != NULL || p[2 + flags] == ':');
}

/* The pattern as PCRE2 has to read it, into `to`; \S between brackets stays ASCII's.
 * NULL: it is too long, or what PCRE2 knows at *bad is none of ECMA-262's. */
static const char *
from_ecma(struct buf *to, const char *p, const char **bad)
{
	bool in_class = false;

	*bad = NULL;
	while (*p != '\0') {
		if (*p == '\\' ? !is_escape(p[1])
			       : *p == '(' && !in_class && !is_group(p)) {
			*bad = p;
			return NULL;
		}
		if (*p == '\\') {
			put_escape(to, &p, in_class);
			continue;
		}
		in_class = *p == '[' || (in_class && *p != ']');
		buf_putc(to, *p++);
	}
	return to->failed ? NULL : buf_text(to);
}

static void
drop(void *obj)
{
	struct pattern *p = obj;

	pcre2_match_data_free(p->data);
	pcre2_match_context_free(p->limits);
	pcre2_code_free(p->code);
}

static pcre2_code *
compile(struct buf *to, const char *text, char why[static PATTERN_WHY_SIZE])
{
	const uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_ALT_BSUX |
	    PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF | PCRE2_ALLOW_EMPTY_CLASS;
	const char *bad, *source = from_ecma(to, text, &bad);
	PCRE2_UCHAR reason[PATTERN_WHY_SIZE];
	pcre2_code *code;
	PCRE2_SIZE at;
	int rc;

	if (bad != NULL) {
		snprintf(why, PATTERN_WHY_SIZE, "\"%.3s\" at %zu is not of ECMA-262",
		    bad, (size_t)(bad - text));
		return NULL;
	}
	if (source == NULL) {
		snprintf(why, PATTERN_WHY_SIZE, "longer than %d bytes", PATTERN_MAX);
		return NULL;
	}
	code = pcre2_compile(
	    (PCRE2_SPTR)source, PCRE2_ZERO_TERMINATED, options, &rc, &at, NULL);
	if (code == NULL) {
		pcre2_get_error_message(rc, reason, sizeof(reason));
		snprintf(why, PATTERN_WHY_SIZE, "%.90s at %zu", (char *)reason, at);
	}
	return code;
}

const struct pattern *
pattern_compile(struct arena *mem, const char *text, char why[static PATTERN_WHY_SIZE])
{
	struct pattern *p = arena_alloc(mem, sizeof(*p));
	struct buf source;

	buf_init(&source, mem, PATTERN_MAX);
	arena_defer(mem, drop, p);
	p->code = compile(&source, text, why);
	if (p->code == NULL)
		return NULL;
	p->limits = pcre2_match_context_create(NULL);
	p->data = pcre2_match_data_create(1, NULL);
	if (p->limits == NULL || p->data == NULL) {
		snprintf(why, PATTERN_WHY_SIZE, "out of memory");
		return NULL;
	}
	pcre2_set_depth_limit(p->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(p->limits, HEAP_LIMIT);
	return p;
}

bool
pattern_is_valid(const char *text)
{
	char why[PATTERN_WHY_SIZE];
	struct buf source;
	pcre2_code *code;

	buf_init(&source, NULL, PATTERN_MAX);
	code = compile(&source, text, why);
	pcre2_code_free(code);
	buf_fini(&source);
	return code != NULL;
}

enum pattern_found
pattern_match(const struct pattern *p, const char *text, size_t n, unsigned limit)
{
	int rc;

	pcre2_set_match_limit(p->limits, limit);
	rc = pcre2_match(
	    p->code, (PCRE2_SPTR)text, n, 0, PCRE2_NO_UTF_CHECK, p->data, p->limits);
	if (rc >= 0)
		return PATTERN_YES;
	return rc == PCRE2_ERROR_NOMATCH ? PATTERN_NO : PATTERN_GIVEN_UP;
}
