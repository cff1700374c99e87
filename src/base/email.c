/* email.c - see email.h. */
#include "base/email.h"

#include <string.h>

enum { LOCAL_MAX = 64, LABEL_MAX = 63 };

static bool
is_word_byte(unsigned char c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z');
}

/* Words with single dots between them; `extra`: what else may stand in a word. */
static bool
is_dotted(struct slice text, const char *extra, size_t word_max)
{
	struct slice word;
	size_t seen = 0;

	while (slice_next(&text, '.', &word)) {
		if (word.n == 0 || word.n > word_max)
			return false;
		for (size_t i = 0; i < word.n; i++)
			if (!is_word_byte((unsigned char)word.p[i]) &&
			    strchr(extra, word.p[i]) == NULL)
				return false;
		seen++;
	}
	return seen > 0;
}

static bool
has_edge_hyphen(struct slice domain)
{
	struct slice label;

	while (slice_next(&domain, '.', &label))
		if (label.p[0] == '-' || label.p[label.n - 1] == '-')
			return true;
	return false;
}

bool
email_valid(const char *email)
{
	size_t n = strlen(email);
	const char *at = strrchr(email, '@');
	struct slice local, domain;

	/* a blank would be trimmed by whoever cuts words */
	if (at == NULL || n > EMAIL_MAX || !utf8_valid(email, n, true) ||
	    strpbrk(email, " \t") != NULL)
		return false;
	local = (struct slice){email, (size_t)(at - email)};
	domain = slice_of(at + 1);
	return local.n <= LOCAL_MAX &&
	    is_dotted(local, "!#$%&'*+-/=?^_`{|}~", LOCAL_MAX) &&
	    is_dotted(domain, "-", LABEL_MAX) && !has_edge_hyphen(domain);
}

static bool
is_address(struct slice text)
{
	char copy[EMAIL_MAX + 1] = "";

	if (text.n > EMAIL_MAX || (text.n > 0 && memchr(text.p, '\0', text.n) != NULL))
		return false;
	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	return email_valid(copy);
}

static bool
is_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ' || name.p[i] == 0x7f ||
		    name.p[i] == '"' || name.p[i] == '\\')
			return false;
	return utf8_valid(name.p, name.n, true);
}

bool
mailbox_read(const char *text, struct mailbox *out)
{
	struct slice whole = slice_trim(slice_of(text));
	const char *open = strrchr(text, '<');

	*out = (struct mailbox){{"", 0}, whole};
	if (whole.n > 0 && whole.p[whole.n - 1] == '>' && open != NULL) {
		size_t before = (size_t)(open - whole.p);

		out->name = slice_trim((struct slice){whole.p, before});
		out->address = (struct slice){open + 1, whole.n - before - 2};
	}
	if (out->name.n >= 2 && out->name.p[0] == '"' &&
	    out->name.p[out->name.n - 1] == '"')
		out->name = (struct slice){out->name.p + 1, out->name.n - 2};
	return is_name(out->name) && is_address(out->address);
}
