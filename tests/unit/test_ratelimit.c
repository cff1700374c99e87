#include "unit.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/ratelimit.h"
#include "proc/siphash.h"

static struct ratelimit *
table(struct ctx *cx, int slots)
{
	struct ratelimit *r = NULL;

	assert_int_equal(ratelimit_new(cx, slots, &r), ERR_OK);
	return r;
}

/* How many of `tries` are allowed at `now`. */
static int
burst(struct ratelimit *r, const char *key, int per_minute, int64_t now, int tries)
{
	int n = 0;

	while (tries-- > 0)
		n += ratelimit_take(r, 1, key, per_minute, now).allowed;
	return n;
}

/* Key and messages of the paper's appendix A and of its reference vectors: 00 01 02 …
 */
static void
siphash_gives_the_published_vectors(void **state)
{
	static const struct {
		size_t n;
		uint64_t want;
	} vectors[] = {
	    {0, 0x726fdb47dd0e0e31},
	    {1, 0x74f839c593dc67fd},
	    {2, 0x0d6c8009d9a94f5a},
	    {3, 0x85676696d7fb7e2d},
	    {7, 0xab0200f58b01d137},
	    {8, 0x93f5f5799a932462},
	    {15, 0xa129ca6149be45e5},
	};
	struct siphash_key key;
	unsigned char in[16];

	(void)state;
	for (unsigned i = 0; i < 16; i++)
		key.b[i] = in[i] = (unsigned char)i;
	for (size_t i = 0; i < COUNT_OF(vectors); i++)
		assert_true(siphash(&key, in, vectors[i].n) == vectors[i].want);
}

static void
a_burst_of_exactly_a_minutes_worth_is_allowed(void **state)
{
	const int rates[] = {1, 2, 7, 60, 999, 60000, 1000000};

	for (size_t i = 0; i < COUNT_OF(rates); i++) {
		struct ratelimit *r = table(*state, 64);

		assert_int_equal(
		    burst(r, "a", rates[i], 1000, rates[i] + 50), rates[i]);
		ratelimit_free(r);
	}
}

static void
the_highest_rate_is_counted_exactly(void **state)
{
	struct ratelimit *r = table(*state, 64);
	struct rate_answer a = ratelimit_take(r, 0, "a", 100000000, 1000);

	assert_true(a.allowed);
	assert_int_equal(a.remaining, 99999999);
	ratelimit_free(r);
}

static void
tokens_come_back_at_the_rate(void **state)
{
	struct ratelimit *r = table(*state, 64);

	assert_int_equal(burst(r, "a", 60, 5000, 100), 60);
	assert_int_equal(burst(r, "a", 60, 5999, 100), 0);
	assert_int_equal(burst(r, "a", 60, 6000, 100), 1);
	assert_int_equal(burst(r, "a", 60, 16000, 100), 10);
	assert_int_equal(burst(r, "a", 60, 16000 + 600000, 100), 60);
	ratelimit_free(r);
}

static void
the_answer_says_what_is_left_and_when_to_come_back(void **state)
{
	struct ratelimit *r = table(*state, 64);
	struct rate_answer a = ratelimit_take(r, 1, "a", 6, 0);

	assert_true(a.allowed);
	assert_int_equal(a.limit, 6);
	assert_int_equal(a.remaining, 5);
	assert_int_equal(a.reset_s, 10);
	assert_int_equal(a.retry_after, 0);
	assert_int_equal(burst(r, "a", 6, 0, 9), 5);
	a = ratelimit_take(r, 1, "a", 6, 500);
	assert_false(a.allowed);
	assert_int_equal(a.remaining, 0);
	assert_int_equal(a.reset_s, 60);
	assert_int_equal(a.retry_after, 10);
	assert_true(ratelimit_take(r, 1, "a", 6, 10000).allowed);
	ratelimit_free(r);
}

static void
callers_and_classes_do_not_share(void **state)
{
	struct ratelimit *r = table(*state, 1024);

	assert_int_equal(burst(r, "a", 5, 0, 9), 5);
	assert_int_equal(burst(r, "b", 5, 0, 9), 5);
	assert_true(ratelimit_take(r, 2, "a", 5, 0).allowed);
	assert_false(ratelimit_take(r, 1, "a", 5, 0).allowed);
	ratelimit_free(r);
}

static void
no_limit_allows_everything(void **state)
{
	struct ratelimit *r = table(*state, 8);
	struct rate_answer a = ratelimit_take(r, 1, "a", 0, 0);

	assert_int_equal(burst(r, "a", 0, 0, 1000), 1000);
	assert_true(a.allowed);
	assert_int_equal(a.limit, 0);
	assert_int_equal(a.retry_after, 0);
	ratelimit_free(r);
}

static void
a_full_row_forgets_who_waited_longest_and_burdens_no_newcomer(void **state)
{
	struct ratelimit *r = table(*state, 8);
	char key[16];

	for (int i = 0; i < 8; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		assert_int_equal(burst(r, key, 10, i, 20), 10);
	}
	assert_int_equal(burst(r, "k0", 10, 8, 5), 0); /* all eight are remembered */
	assert_int_equal(burst(r, "new", 10, 8, 20), 10);
	for (int i = 1; i < 8; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		assert_int_equal(burst(r, key, 10, 8, 5), 0);
	}
	assert_int_equal(burst(r, "k0", 10, 8, 20), 10); /* it had been forgotten */
	ratelimit_free(r);
}

static void
a_lower_rate_after_a_reload_holds_at_once(void **state)
{
	struct ratelimit *r = table(*state, 8);

	assert_int_equal(burst(r, "a", 100, 0, 50), 50); /* half a minute's worth */
	assert_int_equal(burst(r, "a", 10, 0, 50), 5); /* leaves half of the new one */
	assert_int_equal(burst(r, "a", 1000, 0, 600), 0); /* and then there is none */
	ratelimit_free(r);
}

static void
four_processes_together_get_exactly_the_limit(void **state)
{
	enum { PROCESSES = 4, RATE = 20000, TRIES = 15000 };
	struct ratelimit *r = table(*state, 64);
	int result[2], total = 0, n, status;

	assert_int_equal(pipe(result), 0);
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0) {
			n = burst(r, "a", RATE, 1000, TRIES);
			_exit(write(result[1], &n, sizeof(n)) == sizeof(n) ? 0 : 1);
		}
	for (int i = 0; i < PROCESSES; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
		assert_int_equal(read(result[0], &n, sizeof(n)), sizeof(n));
		total += n;
	}
	assert_int_equal(total, RATE);
	close(result[0]);
	close(result[1]);
	ratelimit_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(siphash_gives_the_published_vectors),
	    UNIT_CTX_TEST(a_burst_of_exactly_a_minutes_worth_is_allowed),
	    UNIT_CTX_TEST(the_highest_rate_is_counted_exactly),
	    UNIT_CTX_TEST(tokens_come_back_at_the_rate),
	    UNIT_CTX_TEST(the_answer_says_what_is_left_and_when_to_come_back),
	    UNIT_CTX_TEST(callers_and_classes_do_not_share),
	    UNIT_CTX_TEST(no_limit_allows_everything),
	    UNIT_CTX_TEST(
		a_full_row_forgets_who_waited_longest_and_burdens_no_newcomer),
	    UNIT_CTX_TEST(a_lower_rate_after_a_reload_holds_at_once),
	    UNIT_CTX_TEST(four_processes_together_get_exactly_the_limit),
	};

	return UNIT_RUN(tests);
}
