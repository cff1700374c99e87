/* decimal.c - see decimal.h. */
#include "json/decimal.h"

#include <assert.h>

static const int64_t exp_max = 1000000000000000;

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int64_t
read_exponent(const char *p)
{
	bool minus = *p == '-';
	int64_t v = 0;

	if (*p == '+' || *p == '-')
		p++;
	for (; is_digit(*p); p++)
		if (v < exp_max)
			v = v * 10 + (*p - '0');
	if (v > exp_max)
		v = exp_max;
	return minus ? -v : v;
}

struct decimal
decimal_read(const char *text)
{
	struct decimal d = {.minus = *text == '-'};
	bool fraction = false;
	size_t digits = 0;

	for (text += d.minus; is_digit(*text) || *text == '.'; text++) {
		if (*text == '.') {
			fraction = true;
			continue;
		}
		if (d.p == NULL && *text != '0')
			d.p = text;
		if (d.p != NULL) {
			digits++;
			if (*text != '0')
				d.n = digits;
			d.exp += !fraction;
		} else
			d.exp -= fraction;
	}
	if (d.n == 0)
		return (struct decimal){0};
	if (*text == 'e' || *text == 'E')
		d.exp += read_exponent(text + 1);
	return d;
}

static int
next_digit(const char **p)
{
	if (**p == '.')
		++*p;
	return *(*p)++ - '0';
}

static int
compare_size(const struct decimal *a, const struct decimal *b)
{
	const char *p = a->p, *q = b->p;

	if (a->n == 0 || b->n == 0)
		return (a->n > 0) - (b->n > 0);
	if (a->exp != b->exp)
		return a->exp < b->exp ? -1 : 1;
	for (size_t i = 0; i < a->n && i < b->n; i++) {
		int c = next_digit(&p) - next_digit(&q);

		if (c != 0)
			return c;
	}
	return (a->n > b->n) - (a->n < b->n);
}

int
decimal_compare(const struct decimal *a, const struct decimal *b)
{
	if (a->minus != b->minus)
		return a->minus ? -1 : 1;
	return a->minus ? compare_size(b, a) : compare_size(a, b);
}

bool
decimal_whole(const struct decimal *a)
{
	return a->n == 0 || a->exp >= (int64_t)a->n;
}

static uint64_t
times(uint64_t a, uint64_t b, uint64_t mod)
{
	return (uint64_t)((unsigned __int128)a * b % mod);
}

/*
 * With a = x·10^p and by = y·10^q, neither x nor y ending in 0: for p < q, x would have
 * to be a multiple of 10, which it is not; else x·10^(p-q) mod y tells.
 */
bool
decimal_is_multiple(const struct decimal *a, const struct decimal *by)
{
	int64_t shift = (a->exp - (int64_t)a->n) - (by->exp - (int64_t)by->n);
	uint64_t y = 0, rest = 0, power;
	const char *p = by->p;

	if (a->n == 0)
		return true;
	if (shift < 0)
		return false;
	for (size_t i = 0; i < by->n; i++)
		y = y * 10 + (uint64_t)next_digit(&p);
	assert(y != 0);
	p = a->p;
	for (size_t i = 0; i < a->n; i++)
		rest = (times(rest, 10, y) + (uint64_t)next_digit(&p)) % y;
	for (power = 10 % y; shift > 0; shift >>= 1) {
		if (shift & 1)
			rest = times(rest, power, y);
		power = times(power, power, y);
	}
	return rest == 0;
}
