/* str.c - see str.h. */
#include "base/str.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>

struct slice
slice_of(const char *s)
{
	return (struct slice){s, s == NULL ? 0 : strlen(s)};
}

bool
slice_eq(struct slice a, const char *s)
{
	return strlen(s) == a.n && (a.n == 0 || memcmp(a.p, s, a.n) == 0);
}

static int
lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool
slice_eq_ci(struct slice a, const char *s)
{
	size_t i;

	for (i = 0; i < a.n; i++)
		if (s[i] == '\0' || lower(a.p[i]) != lower(s[i]))
			return false;
	return s[i] == '\0';
}

char *
slice_dup(struct arena *mem, struct slice s)
{
	char *copy = arena_alloc(mem, s.n + 1);

	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	return copy;
}

struct slice
slice_trim(struct slice s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

bool
slice_cut(struct slice *rest, char sep, struct slice *piece)
{
	const char *end;

	if (rest->p == NULL)
		return false;
	*piece = *rest;
	end = rest->n == 0 ? NULL : memchr(rest->p, sep, rest->n);
	if (end == NULL) {
		*rest = (struct slice){NULL, 0};
		return true;
	}
	piece->n = (size_t)(end - rest->p);
	*rest = (struct slice){end + 1, rest->n - piece->n - 1};
	return true;
}

bool
slice_next(struct slice *rest, char sep, struct slice *piece)
{
	if (!slice_cut(rest, sep, piece))
		return false;
	*piece = slice_trim(*piece);
	return true;
}

bool
str_to_i64(struct slice s, int64_t min, int64_t max, int64_t *out)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	size_t i = minus;
	int64_t v = 0;

	if (i == s.n)
		return false;
	for (; i < s.n; i++) {
		int d = s.p[i] - '0';

		if (d < 0 || d > 9)
			return false;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_sub_overflow(v, d, &v)) /* negative: INT64_MIN fits */
			return false;
	}
	if (!minus && __builtin_mul_overflow(v, -1, &v))
		return false;
	if (v < min || v > max)
		return false;
	*out = v;
	return true;
}

const char *
str_from_i64(char out[static STR_I64_SIZE], int64_t v)
{
	uint64_t u = v < 0 ? (uint64_t) - (v + 1) + 1 : (uint64_t)v;
	char *p = &out[STR_I64_SIZE - 1];

	*p = '\0';
	do
		*--p = (char)('0' + u % 10);
	while ((u /= 10) != 0);
	if (v < 0)
		*--p = '-';
	return p;
}

int
str_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
str_is_set(const char *s)
{
	return s != NULL && s[0] != '\0';
}

bool
str_is_token(struct slice s)
{
	static const bool token[UCHAR_MAX + 1] = {
	    ['0' ... '9'] = true,
	    ['A' ... 'Z'] = true,
	    ['a' ... 'z'] = true,
	    ['!'] = true,
	    ['#' ... '\''] = true,
	    ['*' ... '+'] = true,
	    ['-' ... '.'] = true,
	    ['^' ... '`'] = true,
	    ['|'] = true,
	    ['~'] = true,
	};
	size_t i = 0;

	while (i < s.n && token[(unsigned char)s.p[i]])
		i++;
	return i == s.n && s.n >= 1 && s.n <= 128;
}

bool
utf8_valid(const char *p, size_t n, bool text)
{
	if (text && n > 0 && memchr(p, '\0', n) != NULL)
		return false;
	return n == 0 || u8_check((const uint8_t *)p, n) == NULL;
}

/* Bytes of the one character that p begins with; 0: none. */
static size_t
utf8_character(const char *p, size_t n)
{
	for (size_t i = 1; i <= 4 && i <= n; i++)
		if (utf8_valid(p, i, true))
			return i;
	return 0;
}

char *
utf8_mend(struct arena *mem, const char *p, size_t n)
{
	static const char none[] = "\xef\xbf\xbd";
	char *out = arena_alloc(mem, n * (sizeof(none) - 1) + 1), *to = out;

	for (size_t i = 0; i < n;) {
		size_t length = utf8_character(p + i, n - i);

		memcpy(to, length > 0 ? p + i : none,
		    length > 0 ? length : sizeof(none) - 1);
		to += length > 0 ? length : sizeof(none) - 1;
		i += length > 0 ? length : 1;
	}
	*to = '\0';
	return out;
}

size_t
utf8_length(const char *p, size_t n)
{
	size_t points = 0;

	for (size_t i = 0; i < n; i++)
		points += ((unsigned char)p[i] & 0xC0) != 0x80;
	return points;
}

char *
utf8_fold(struct arena *mem, const char *s)
{
	size_t n = strlen(s), folded = 0;
	uint8_t *f;
	char *out;

	if (!utf8_valid(s, n, true))
		return NULL;
	f = u8_casefold((const uint8_t *)s, n, NULL, UNINORM_NFC, NULL, &folded);
	if (f == NULL)
		return NULL;
	out = slice_dup(mem, (struct slice){(const char *)f, folded});
	free(f);
	return out;
}
