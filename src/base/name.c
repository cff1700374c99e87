/* name.c - see name.h. */
#include "base/name.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/attr.h"
#include "base/buf.h"

enum { PARTS_MOST = 32, LONGEST = 8 * 1024 };

/* -- what is in it -- */

static bool
is_white(ucs4_t c)
{
	return uc_is_property_white_space(c);
}

static bool
is_unseen(ucs4_t c)
{
	return is_white(c) || uc_is_property_default_ignorable_code_point(c) ||
	    uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cf);
}

char *
name_trim(struct arena *mem, const char *s)
{
	const uint8_t *first = (const uint8_t *)s, *next, *end;
	char *copy;
	ucs4_t c;

	while ((next = u8_next(&c, first)) != NULL && is_white(c))
		first = next;
	end = first;
	for (const uint8_t *p = first; (p = u8_next(&c, p)) != NULL;)
		if (!is_white(c))
			end = p;
	copy = arena_alloc(mem, (size_t)(end - first) + 1);
	memcpy(copy, first, (size_t)(end - first));
	return copy;
}

bool
name_is_blank(const char *s)
{
	ucs4_t c;

	for (const uint8_t *p = (const uint8_t *)s; (p = u8_next(&c, p)) != NULL;)
		if (!is_unseen(c))
			return false;
	return true;
}

bool
name_has_control(const char *s)
{
	ucs4_t c;

	for (const uint8_t *p = (const uint8_t *)s; (p = u8_next(&c, p)) != NULL;)
		if (uc_is_general_category_withtable(c,
			UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Zl |
			    UC_CATEGORY_MASK_Zp))
			return true;
	return false;
}

/* -- in ASCII -- */

static const struct {
	ucs4_t code;
	const char *ascii;
} letters[] = {
#define LETTER(code, ascii) {code, ascii},
#include "base/letters.def"
#undef LETTER
};

static const char *
letter_of(ucs4_t c)
{
	for (size_t i = 0; i < COUNT_OF(letters); i++)
		if (letters[i].code == c)
			return letters[i].ascii;
	return NULL;
}

struct roman {
	struct buf out;
	bool gap; /* something else came since the last letter */
};

static void
put(struct roman *r, const char *ascii, size_t n)
{
	if (n > 0 && r->gap && r->out.n > 0)
		buf_putc(&r->out, '-');
	if (n > 0)
		r->gap = false;
	buf_put(&r->out, ascii, n);
}

/* false: it is none of those that can be written as they are. */
static bool
put_plain(struct roman *r, ucs4_t c)
{
	const char *ascii = letter_of(c);
	const int digit = uc_decimal_value(c);
	char one = (char)c;

	if (ascii != NULL)
		put(r, ascii, strlen(ascii));
	else if (c >= 'a' && c <= 'z')
		put(r, &one, 1);
	else if (digit >= 0) {
		one = (char)('0' + digit);
		put(r, &one, 1);
	} else
		return false;
	return true;
}

static void
put_part(struct roman *r, ucs4_t c)
{
	if (put_plain(r, c) || uc_is_general_category_withtable(c, UC_CATEGORY_MASK_M))
		return;
	r->gap = true;
}

static void
put_letter(struct roman *r, ucs4_t c)
{
	uint32_t parts[PARTS_MOST];
	size_t n = PARTS_MOST;

	if (put_plain(r, c))
		return;
	if (u32_normalize(UNINORM_NFKD, &c, 1, parts, &n) != parts) {
		r->gap = true; /* no character has as many */
		return;
	}
	for (size_t i = 0; i < n; i++)
		put_part(r, parts[i]);
}

char *
name_romanise(struct arena *mem, const char *s)
{
	struct roman r = {.gap = false};
	size_t n = 0;
	uint8_t *folded =
	    u8_casefold((const uint8_t *)s, strlen(s), NULL, UNINORM_NFKC, NULL, &n);
	const uint8_t *p = folded;
	ucs4_t c;

	buf_init(&r.out, mem, LONGEST);
	for (size_t left = n; folded != NULL && left > 0;) {
		const int used = u8_mbtouc(&c, p, left);

		put_letter(&r, c);
		p += used;
		left -= (size_t)used;
	}
	free(folded);
	return arena_strdup(mem, buf_text(&r.out));
}
