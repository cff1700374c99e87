/* mustache_compile.c - see mustache.h: from a text to a tree of nodes. */
#include <string.h>

#include "text/program.h"

enum {
	SHOWN_MAX = 40,    /* bytes of a name that are told */
	DELIMITER_MAX = 32 /* bytes */
};

struct tag {
	char sigil;           /* 0: a value */
	struct slice content; /* without blanks around it */
	size_t start, end;    /* in the text */
};

/* A section whose end was not read yet. */
struct open_section {
	struct open_section *up;
	struct slice name;
	size_t start;
	struct node **after; /* where what follows it is linked */
};

struct compiler {
	struct ctx *cx;
	struct arena *mem;
	struct slice text, open, close;
	size_t at;
	struct node **tail; /* where the next node is linked */
	struct open_section *section;
	unsigned nesting;
	bool owes_start; /* no node is the start of this line yet */
};

#define REFUSE(c, fmt, ...) err_tell(&(c)->cx->err, ERR_INVALID, fmt, __VA_ARGS__)
/* For "%.*s". */
#define SHOWN(s) (int)((s).n > SHOWN_MAX ? SHOWN_MAX : (s).n), (s).p

/* -- the text -- */

static size_t
line_of(const struct compiler *c, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += c->text.p[i] == '\n';
	return line;
}

static bool
is_line_start(const struct compiler *c, size_t at)
{
	return at == 0 || c->text.p[at - 1] == '\n';
}

static bool
is_space(char b)
{
	return b == ' ' || (b >= '\t' && b <= '\r');
}

static void
trim(struct slice *s)
{
	while (s->n > 0 && is_space(s->p[0])) {
		s->p++;
		s->n--;
	}
	while (s->n > 0 && is_space(s->p[s->n - 1]))
		s->n--;
}

static bool
has_space(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_space(s.p[i]))
			return true;
	return false;
}

/* Where `what` begins, from `from` on; the text's length: nowhere. */
static size_t
find(const struct compiler *c, size_t from, struct slice what)
{
	const char *p = memmem(c->text.p + from, c->text.n - from, what.p, what.n);

	return p == NULL ? c->text.n : (size_t)(p - c->text.p);
}

static size_t
skip_blanks(const struct compiler *c, size_t at)
{
	while (at < c->text.n && (c->text.p[at] == ' ' || c->text.p[at] == '\t'))
		at++;
	return at;
}

/* -- nodes -- */

static void *
take(struct compiler *c, size_t size)
{
	void *p = arena_try(c->mem, size);

	if (p == NULL)
		REFUSE(c, "%s", "the template takes more memory than there is");
	return p;
}

/* Links a node; NULL: no memory. */
static struct node *
add(struct compiler *c, enum node_kind kind)
{
	struct node *node = take(c, sizeof(*node));

	if (node == NULL)
		return NULL;
	node->kind = kind;
	node->starts_line = c->owes_start;
	c->owes_start = false;
	*c->tail = node;
	c->tail = &node->next;
	return node;
}

static enum err
add_text(struct compiler *c, size_t start, size_t end)
{
	struct node *node;

	if (start == end)
		return ERR_OK;
	c->owes_start |= is_line_start(c, start);
	if ((node = add(c, NODE_TEXT)) == NULL)
		return ERR_INVALID;
	node->text = (struct slice){c->text.p + start, end - start};
	return ERR_OK;
}

static enum err
check_name(struct compiler *c, const struct tag *tag)
{
	if (tag->content.n == 0)
		return REFUSE(
		    c, "line %zu: a tag without a name", line_of(c, tag->start));
	if (has_space(tag->content))
		return REFUSE(c, "line %zu: \"%.*s\" is not a name",
		    line_of(c, tag->start), SHOWN(tag->content));
	if (tag->sigil == '>' && tag->content.p[0] == '*')
		return REFUSE(c, "line %zu: dynamic names are not supported",
		    line_of(c, tag->start));
	return ERR_OK;
}

/* A copy with NUL for each dot and at the end. */
static enum err
set_name(struct compiler *c, struct node *node, const struct tag *tag)
{
	struct slice rest = tag->content, part;
	char *name;

	if (slice_eq(tag->content, "."))
		return ERR_OK;
	if ((name = take(c, tag->content.n + 1)) == NULL)
		return ERR_INVALID;
	node->name = name;
	while (slice_cut(&rest, '.', &part)) {
		if (part.n == 0)
			return REFUSE(c, "line %zu: \"%.*s\" is not a name",
			    line_of(c, tag->start), SHOWN(tag->content));
		memcpy(name, part.p, part.n);
		name += part.n + 1;
		node->parts++;
	}
	return ERR_OK;
}

static enum err
add_named(struct compiler *c, enum node_kind kind, const struct tag *tag)
{
	struct node *node;
	enum err rc = check_name(c, tag);

	if (rc != ERR_OK)
		return rc;
	if ((node = add(c, kind)) == NULL)
		return ERR_INVALID;
	return set_name(c, node, tag);
}

/* -- each kind of tag -- */

static enum err
open_section(struct compiler *c, const struct tag *tag)
{
	struct node **here = c->tail;
	struct open_section *section;
	enum err rc;

	if (c->nesting == MUSTACHE_NESTING_MAX)
		return REFUSE(c, "line %zu: more than %d sections in each other",
		    line_of(c, tag->start), MUSTACHE_NESTING_MAX);
	rc = add_named(c, tag->sigil == '#' ? NODE_SECTION : NODE_INVERTED, tag);
	if (rc != ERR_OK)
		return rc;
	if ((section = take(c, sizeof(*section))) == NULL)
		return ERR_INVALID;
	*section =
	    (struct open_section){c->section, tag->content, tag->start, &(*here)->next};
	c->section = section;
	c->tail = &(*here)->body;
	c->nesting++;
	return ERR_OK;
}

static enum err
close_section(struct compiler *c, const struct tag *tag)
{
	const struct open_section *section = c->section;

	if (section == NULL)
		return REFUSE(c,
		    "line %zu: section \"%.*s\" is closed, but none is open",
		    line_of(c, tag->start), SHOWN(tag->content));
	if (section->name.n != tag->content.n ||
	    memcmp(section->name.p, tag->content.p, tag->content.n) != 0)
		return REFUSE(c,
		    "line %zu: section \"%.*s\" is closed, but \"%.*s\" is open since "
		    "line %zu",
		    line_of(c, tag->start), SHOWN(tag->content), SHOWN(section->name),
		    line_of(c, section->start));
	/* The line's indentation is inside of what is repeated. */
	if (c->owes_start && add(c, NODE_TEXT) == NULL)
		return ERR_INVALID;
	c->tail = section->after;
	c->section = section->up;
	c->nesting--;
	return ERR_OK;
}

static enum err
add_partial(struct compiler *c, const struct tag *tag, struct slice indent)
{
	struct node *node;
	char *name;
	enum err rc = check_name(c, tag);

	if (rc != ERR_OK)
		return rc;
	if ((node = add(c, NODE_PARTIAL)) == NULL ||
	    (name = take(c, tag->content.n + 1)) == NULL)
		return ERR_INVALID;
	node->name = memcpy(name, tag->content.p, tag->content.n);
	node->text = indent;
	return ERR_OK;
}

static bool
is_delimiter(struct slice s)
{
	return s.n > 0 && s.n <= DELIMITER_MAX && !has_space(s) &&
	    memchr(s.p, '=', s.n) == NULL;
}

static enum err
set_delimiters(struct compiler *c, const struct tag *tag)
{
	struct slice open = tag->content, close;
	size_t n = 0;

	while (n < open.n && !is_space(open.p[n]))
		n++;
	close = (struct slice){open.p + n, open.n - n};
	trim(&close);
	open.n = n;
	if (!is_delimiter(open) || !is_delimiter(close))
		return REFUSE(c,
		    "line %zu: delimiters are two words of at most %d bytes, without "
		    "\"=\"",
		    line_of(c, tag->start), DELIMITER_MAX);
	c->open = open;
	c->close = close;
	return ERR_OK;
}

/* indent: what is before a tag that is alone on its line. */
static enum err
apply(struct compiler *c, const struct tag *tag, struct slice indent)
{
	switch (tag->sigil) {
	case 0:
		return add_named(c, NODE_VALUE, tag);
	case '{':
	case '&':
		return add_named(c, NODE_RAW, tag);
	case '#':
	case '^':
		return open_section(c, tag);
	case '/':
		return close_section(c, tag);
	case '>':
		return add_partial(c, tag, indent);
	case '=':
		return set_delimiters(c, tag);
	case '!':
		return ERR_OK;
	default:
		return REFUSE(c, "line %zu: inheritance is not supported",
		    line_of(c, tag->start));
	}
}

/* -- reading -- */

/* What ends a tag that began with this sigil; made in own. */
static struct slice
ending(const struct compiler *c, char sigil, char own[static DELIMITER_MAX + 1])
{
	size_t extra = sigil == '{' || sigil == '=';

	own[0] = sigil == '{' ? '}' : '=';
	memcpy(own + extra, c->close.p, c->close.n);
	return (struct slice){own, c->close.n + extra};
}

static enum err
read_tag(struct compiler *c, size_t start, struct tag *tag)
{
	static const char sigils[] = "#^/>=!{&<$";
	char own[DELIMITER_MAX + 1];
	size_t at = start + c->open.n, end;
	struct slice ends;

	while (at < c->text.n && is_space(c->text.p[at]))
		at++;
	*tag = (struct tag){.start = start};
	if (at < c->text.n && memchr(sigils, c->text.p[at], sizeof(sigils) - 1) != NULL)
		tag->sigil = c->text.p[at++];
	ends = ending(c, tag->sigil, own);
	if ((end = find(c, at, ends)) == c->text.n)
		return REFUSE(c, "unclosed tag opened in line %zu", line_of(c, start));
	tag->content = (struct slice){c->text.p + at, end - at};
	trim(&tag->content);
	tag->end = end + ends.n;
	return ERR_OK;
}

/* Whether the tag has its lines for itself: these are then *start to *end. */
static bool
is_alone(const struct compiler *c, const struct tag *tag, size_t *start, size_t *end)
{
	if (tag->sigil == 0 || tag->sigil == '{' || tag->sigil == '&')
		return false;
	*start = tag->start;
	while (*start > c->at &&
	    (c->text.p[*start - 1] == ' ' || c->text.p[*start - 1] == '\t'))
		--*start;
	*end = skip_blanks(c, tag->end);
	if (*end + 1 < c->text.n && memcmp(c->text.p + *end, "\r\n", 2) == 0)
		++*end;
	if (*end < c->text.n && c->text.p[*end] != '\n')
		return false;
	*end += *end < c->text.n;
	return is_line_start(c, *start);
}

static enum err
compile_tag(struct compiler *c, size_t start)
{
	struct slice indent = {0};
	size_t from = start, to;
	struct tag tag;
	bool alone;
	enum err rc = read_tag(c, start, &tag);

	if (rc != ERR_OK)
		return rc;
	alone = is_alone(c, &tag, &from, &to);
	if (alone)
		indent = (struct slice){c->text.p + from, start - from};
	else {
		from = start;
		to = tag.end;
	}
	if ((rc = add_text(c, c->at, from)) != ERR_OK)
		return rc;
	c->at = to;
	c->owes_start |= !alone && is_line_start(c, start);
	return apply(c, &tag, indent);
}

static enum err
check_text(struct compiler *c)
{
	if (c->text.n > MUSTACHE_TEXT_MAX)
		return REFUSE(
		    c, "the template has more than %d bytes", MUSTACHE_TEXT_MAX);
	if (!utf8_valid(c->text.p, c->text.n, true))
		return REFUSE(c, "%s", "the template is not text in UTF-8");
	return ERR_OK;
}

static enum err
compile(struct compiler *c)
{
	enum err rc = ERR_OK;

	while (rc == ERR_OK && c->at < c->text.n) {
		size_t start = find(c, c->at, c->open);

		if (start < c->text.n) {
			rc = compile_tag(c, start);
			continue;
		}
		rc = add_text(c, c->at, c->text.n);
		c->at = c->text.n;
	}
	if (rc == ERR_OK && c->section != NULL)
		return REFUSE(c, "unclosed section \"%.*s\" opened in line %zu",
		    SHOWN(c->section->name), line_of(c, c->section->start));
	return rc;
}

enum err
mustache_compile(
    struct ctx *cx, struct arena *mem, struct slice text, const struct mustache **out)
{
	struct compiler c = {.cx = cx,
	    .mem = mem,
	    .text = text,
	    .open = slice_of("{{"),
	    .close = slice_of("}}")};
	struct mustache *m;
	char *copy;
	enum err rc = check_text(&c);

	*out = NULL;
	if (rc != ERR_OK)
		return rc;
	if ((m = take(&c, sizeof(*m))) == NULL || (copy = take(&c, text.n + 1)) == NULL)
		return ERR_INVALID;
	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	c.text.p = copy;
	c.tail = &m->body;
	if ((rc = compile(&c)) == ERR_OK)
		*out = m;
	return rc;
}
