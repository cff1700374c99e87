/* items.c - see items.h. */
#include "json/items.h"

#include <string.h>

static const char spaces[] = " \t\n\r";

void
json_items_init(struct json_items *it, struct slice text, bool lines)
{
	*it = (struct json_items){.text = text, .lines = lines};
}

static bool
at_end(const struct json_items *it)
{
	return it->at == it->text.n;
}

static char
here(const struct json_items *it)
{
	return it->text.p[it->at];
}

static bool
is_space(char c)
{
	return c != '\0' && strchr(spaces, c) != NULL;
}

static void
skip_space(struct json_items *it)
{
	while (!at_end(it) && is_space(here(it)))
		it->at++;
}

static void
take(struct json_items *it, size_t begin, size_t end, struct json_piece *out)
{
	while (end > begin && is_space(it->text.p[end - 1]))
		end--;
	*out = (struct json_piece){
	    .text = {it->text.p + begin, end - begin},
	    .at = begin,
	    .item = it->count++,
	    .line = it->lines ? it->lined : it->count,
	};
}

/* -- lines -- */

static bool
next_line(struct json_items *it, struct json_piece *out)
{
	while (!at_end(it)) {
		const char *p = it->text.p + it->at;
		const char *lf = memchr(p, '\n', it->text.n - it->at);
		size_t begin = it->at,
		       end = lf != NULL ? (size_t)(lf - it->text.p) : it->text.n;

		it->lined++;
		it->at = lf != NULL ? end + 1 : end;
		while (begin < end && is_space(it->text.p[begin]))
			begin++;
		if (begin == end)
			continue;
		take(it, begin, end, out);
		return true;
	}
	return false;
}

/* -- an array -- */

static enum err
refuse(struct ctx *cx, struct json_items *it, const char *what)
{
	it->ended = true;
	return err_tell(
	    &cx->err, ERR_INVALID, "%s at byte %zu of the body", what, it->at);
}

/* Over a string, from its first quote; false: it has no end. */
static bool
skip_string(struct json_items *it)
{
	for (it->at++; !at_end(it) && here(it) != '"'; it->at++)
		if (here(it) == '\\' && it->at + 1 < it->text.n)
			it->at++;
	if (at_end(it))
		return false;
	it->at++;
	return true;
}

/* Up to the comma or the bracket behind the item; false: there is neither. */
static bool
skip_item(struct json_items *it)
{
	size_t depth = 0;

	while (!at_end(it)) {
		const char c = here(it);

		if (c == '"') {
			if (!skip_string(it))
				return false;
			continue;
		}
		if (depth == 0 && (c == ',' || c == ']'))
			return true;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && depth > 0)
			depth--;
		it->at++;
	}
	return false;
}

static enum err
end_array(struct ctx *cx, struct json_items *it)
{
	it->at++;
	it->ended = true;
	skip_space(it);
	return at_end(it) ? ERR_OK : refuse(cx, it, "text after the array");
}

/* Opens the array, or goes past the comma; *more: an item has to follow. */
static enum err
next_place(struct ctx *cx, struct json_items *it, bool *more)
{
	const bool first = !it->begun;

	*more = false;
	skip_space(it);
	if (at_end(it))
		return refuse(cx, it, "the array has no end");
	if (!first && here(it) == ']')
		return end_array(cx, it);
	if (here(it) != (first ? '[' : ','))
		return refuse(cx, it, first ? "no array begins" : "no comma");
	it->at++;
	it->begun = true;
	skip_space(it);
	if (first && !at_end(it) && here(it) == ']')
		return end_array(cx, it);
	*more = true;
	return ERR_OK;
}

static enum err
next_item(struct ctx *cx, struct json_items *it, struct json_piece *out, bool *more)
{
	size_t begin;
	enum err rc = next_place(cx, it, more);

	if (rc != ERR_OK || !*more)
		return rc;
	begin = it->at;
	*more = skip_item(it) && it->at > begin;
	if (!*more)
		return refuse(cx, it, at_end(it) ? "the array has no end" : "no item");
	take(it, begin, it->at, out);
	return ERR_OK;
}

enum err
json_items_next(
    struct ctx *cx, struct json_items *it, struct json_piece *out, bool *more)
{
	*more = false;
	if (it->ended)
		return ERR_OK;
	if (!it->lines)
		return next_item(cx, it, out, more);
	*more = next_line(it, out);
	it->ended = !*more;
	return ERR_OK;
}
