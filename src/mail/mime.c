/* mime.c - see mime.h. */
#include "mail/mime.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/str.h"

enum {
	LINE_MAX_TEXT = 78,
	LINE_MAX_WORDS = 76, /* of a line with encoded words, and of a body */
	WORD_MAX = 66,       /* longer ones are encoded */
	WORD_FRAME = 12,     /* "=?UTF-8?B?" and "?=" */
	POINT_MAX = 4,       /* bytes of a code point */
	BASE64_IN = 3,       /* bytes, that become */
	BASE64_OUT = 4,      /* characters */
	BODY_LINE_IN = 57    /* bytes of a line of them */
};

/* -- one line -- */

/* Bytes of the character at p if it must not be in a line: C0, C1, line and paragraph
 * separators, what changes the direction of writing; else 0. */
static size_t
steering(const unsigned char *p)
{
	if (p[0] < ' ' || p[0] == 0x7f)
		return 1;
	if (p[0] == 0xC2 && p[1] < 0xA0)
		return 2;
	if (p[0] == 0xE2 && p[1] == 0x80 && p[2] >= 0xA8 && p[2] <= 0xAE)
		return 3;
	if (p[0] == 0xE2 && p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9)
		return 3;
	return 0;
}

char *
mime_line(struct arena *mem, const char *text)
{
	char *line = arena_alloc(mem, strlen(text) + 1), *to = line;

	while (*text != '\0') {
		size_t n = steering((const unsigned char *)text);

		if (n == 0 && *text != ' ')
			*to++ = *text++;
		else {
			if (to > line && to[-1] != ' ')
				*to++ = ' ';
			text += n == 0 ? 1 : n;
		}
	}
	if (to > line && to[-1] == ' ')
		to--;
	*to = '\0';
	return line;
}

/* -- header fields -- */

struct field {
	struct buf *b;
	size_t column;
};

static struct field
begin(struct buf *b, const char *name)
{
	buf_puts(b, name);
	buf_putc(b, ':');
	return (struct field){b, strlen(name) + 1};
}

/* A blank, and n characters: on a line of their own if they do not fit. */
static void
put_word(struct field *f, const char *word, size_t n)
{
	if (f->column + 1 + n > LINE_MAX_TEXT && f->column > 1) {
		buf_puts(f->b, "\r\n");
		f->column = 0;
	}
	buf_putc(f->b, ' ');
	buf_put(f->b, word, n);
	f->column += 1 + n;
}

static bool
is_printable(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* As it is, it would be read as something else, or not fit. */
static bool
wants_encoding(const char *text)
{
	if (!is_printable(text) || strstr(text, "=?") != NULL)
		return true;
	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (n > WORD_MAX)
			return true;
		text += n + (text[n] == ' ');
	}
	return false;
}

static void
put_plain(struct field *f, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		put_word(f, text, n);
		text += n + (text[n] == ' ');
	}
}

/* The last characters are padding. */
static void
put_base64(struct buf *b, const char *text, size_t n)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	while (n > 0) {
		size_t here = n < BASE64_IN ? n : BASE64_IN;
		unsigned char in[BASE64_IN] = {0};
		char out[BASE64_OUT];

		memcpy(in, text, here);
		out[0] = digits[in[0] >> 2];
		out[1] = digits[(in[0] & 3) << 4 | in[1] >> 4];
		out[2] = digits[(in[1] & 15) << 2 | in[2] >> 6];
		out[3] = digits[in[2] & 63];
		memset(out + here + 1, '=', BASE64_IN - here);
		buf_put(b, out, BASE64_OUT);
		text += here;
		n -= here;
	}
}

/* Encoded words, none of which cuts a code point in two. */
static void
put_encoded(struct field *f, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		size_t used = f->column + 1 + WORD_FRAME, n;

		n = used > LINE_MAX_WORDS
		    ? 0
		    : (LINE_MAX_WORDS - used) / BASE64_OUT * BASE64_IN;
		if (n < POINT_MAX) {
			buf_puts(f->b, "\r\n");
			f->column = 0;
			continue;
		}
		if (n > left)
			n = left;
		while (n < left && ((unsigned char)text[n] & 0xC0) == 0x80)
			n--;
		buf_puts(f->b, " =?UTF-8?B?");
		put_base64(f->b, text, n);
		buf_puts(f->b, "?=");
		f->column += 1 + WORD_FRAME + (n + 2) / BASE64_IN * BASE64_OUT;
		text += n;
		left -= n;
	}
}

static void
end(struct field *f)
{
	buf_puts(f->b, "\r\n");
}

void
mime_put_text(struct buf *b, const char *name, const char *text)
{
	struct field f = begin(b, name);

	if (wants_encoding(text))
		put_encoded(&f, text);
	else
		put_plain(&f, text);
	end(&f);
}

static bool
is_atoms(const char *text)
{
	return text[strspn(text,
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		   "!#$%&'*+-/=?^_`{|}~ ")] == '\0';
}

/* Into out, of WORD_MAX + 1 bytes; false: too long. */
static bool
quote(char *out, const char *text)
{
	size_t n = 0;

	out[n++] = '"';
	for (; *text != '\0' && n + 3 < WORD_MAX; text++) {
		if (*text == '"' || *text == '\\')
			out[n++] = '\\';
		out[n++] = *text;
	}
	out[n++] = '"';
	out[n] = '\0';
	return *text == '\0';
}

void
mime_put_mailbox(
    struct buf *b, const char *name, const char *display, const char *address)
{
	struct field f = begin(b, name);
	char quoted[WORD_MAX + 1];
	struct buf angle;

	if (display[0] == '\0') {
		put_word(&f, address, strlen(address));
		end(&f);
		return;
	}
	if (!wants_encoding(display) && is_atoms(display))
		put_plain(&f, display);
	else if (!wants_encoding(display) && quote(quoted, display))
		put_word(&f, quoted, strlen(quoted));
	else
		put_encoded(&f, display);
	buf_init(&angle, b->mem, b->limit);
	buf_printf(&angle, "<%s>", address);
	put_word(&f, buf_text(&angle), angle.n);
	buf_fini(&angle);
	end(&f);
}

/* -- bodies -- */

/* A line end is CR LF, whatever it was, and there is one at the end. */
static void
put_lines(struct buf *b, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\r\n");

		buf_put(b, text, n);
		buf_puts(b, "\r\n");
		text += n;
		if (text[0] == '\r' && text[1] == '\n')
			text++;
		if (*text != '\0')
			text++;
	}
}

/* Whether the first byte stands for itself (RFC 2045, 6.7). At the start of a line,
 * some relays know better what "." and "From " are. */
static bool
is_literal(struct slice s, size_t column)
{
	char c = s.p[0];

	if (c == ' ' || c == '\t')
		return s.n > 1 && s.p[1] != '\r';
	if (column == 0 && (c == '.' || (s.n >= 5 && memcmp(s.p, "From ", 5) == 0)))
		return false;
	return c > ' ' && c <= '~' && c != '=';
}

static void
put_quoted_printable(struct buf *b, struct slice s)
{
	size_t column = 0;

	while (s.n > 0) {
		bool literal;

		if (s.p[0] == '\r') {
			buf_puts(b, "\r\n");
			column = 0;
			s = (struct slice){s.p + 2, s.n - 2};
			continue;
		}
		literal = is_literal(s, column);
		if (column + (literal ? 1 : 3) >= LINE_MAX_WORDS) {
			buf_puts(b, "=\r\n");
			column = 0;
			continue;
		}
		if (literal)
			buf_putc(b, s.p[0]);
		else
			buf_printf(b, "=%02X", (unsigned char)s.p[0]);
		column += literal ? 1 : 3;
		s = (struct slice){s.p + 1, s.n - 1};
	}
}

static void
put_base64_lines(struct buf *b, struct slice s)
{
	while (s.n > 0) {
		size_t n = s.n < BODY_LINE_IN ? s.n : BODY_LINE_IN;

		put_base64(b, s.p, n);
		buf_puts(b, "\r\n");
		s = (struct slice){s.p + n, s.n - n};
	}
}

void
mime_put_body(struct buf *b, const char *text)
{
	struct buf lines, quoted;
	struct slice s;

	buf_init(&lines, b->mem, b->limit);
	buf_init(&quoted, b->mem, b->limit);
	put_lines(&lines, text);
	s = (struct slice){buf_text(&lines), lines.n};
	put_quoted_printable(&quoted, s);
	b->failed |= lines.failed || quoted.failed;
	buf_puts(b, "Content-Transfer-Encoding: ");
	if (quoted.n <= 2 * s.n) {
		buf_puts(b, "quoted-printable\r\n\r\n");
		buf_put(b, buf_text(&quoted), quoted.n);
	} else {
		buf_puts(b, "base64\r\n\r\n");
		put_base64_lines(b, s);
	}
	buf_fini(&lines);
	buf_fini(&quoted);
}

const char *
mime_date(char out[static MIME_DATE_SIZE], int64_t wall_s)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)wall_s;
	struct tm tm = {.tm_year = 70, .tm_mday = 1};

	(void)gmtime_r(&t, &tm);
	snprintf(out, MIME_DATE_SIZE, "%.3s, %d %.3s %d %02d:%02d:%02d +0000",
	    days + (size_t)tm.tm_wday * 3, tm.tm_mday, months + (size_t)tm.tm_mon * 3,
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return out;
}
