#include "unit.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/email.h"
#include "base/id.h"
#include "base/log.h"
#include "base/str.h"

static char order[8];

static void
note(void *obj)
{
	strncat(order, obj, sizeof(order) - strlen(order) - 1);
}

static void
arena_zeroes_aligns_and_limits(void **state)
{
	struct arena *a = arena_new(256 * 1024);
	unsigned char *p = arena_alloc(a, 24);

	(void)state;
	assert_int_equal((uintptr_t)p & 15, 0);
	assert_int_equal(p[0] | p[23], 0);
	assert_string_equal(arena_printf(a, "%s-%d", "x", 7), "x-7");
	assert_non_null(arena_try(a, 200 * 1024));
	assert_null(arena_try(a, 200 * 1024));
	assert_null(arena_try(a, SIZE_MAX));
	arena_free(a);
}

static void
arena_drops_last_in_first_out(void **state)
{
	static char one[] = "1", two[] = "2";
	struct arena *a = arena_new(64 * 1024);

	(void)state;
	arena_defer(a, note, one);
	arena_defer(a, note, two);
	arena_reset(a);
	assert_string_equal(order, "21");
	assert_int_equal(arena_used(a), 0);
	arena_free(a);
}

static void
buf_grows_and_fails_sticky(void **state)
{
	struct ctx *cx = *state;
	struct buf heap, in_arena;

	buf_init(&heap, NULL, 1000);
	buf_init(&in_arena, cx->mem, 100000);
	for (int i = 0; i < 100; i++) {
		buf_printf(&in_arena, "%d,", i);
		buf_put_i64(&heap, i);
	}
	assert_int_equal(in_arena.n, 290);
	assert_memory_equal(in_arena.p, "0,1,2,", 6);
	assert_int_equal(heap.n, 190);
	for (int i = 0; i < 100; i++)
		buf_puts(&heap, "0123456789");
	assert_true(heap.failed);
	assert_string_equal(buf_text(&heap), "");
	buf_reset(&heap);
	buf_put_i64(&heap, INT64_MIN);
	assert_string_equal(buf_text(&heap), "-9223372036854775808");
	buf_fini(&heap);
}

static void
numbers_are_checked(void **state)
{
	int64_t v;

	(void)state;
	assert_true(
	    str_to_i64(slice_of("-9223372036854775808"), INT64_MIN, INT64_MAX, &v));
	assert_true(v == INT64_MIN);
	assert_true(str_to_i64(slice_of("42"), 0, 42, &v) && v == 42);
	assert_false(str_to_i64(slice_of("43"), 0, 42, &v));
	assert_false(str_to_i64(slice_of(""), 0, 42, &v));
	assert_false(str_to_i64(slice_of("-"), -5, 42, &v));
	assert_int_equal(str_hex_digit('0'), 0);
	assert_int_equal(str_hex_digit('9'), 9);
	assert_int_equal(str_hex_digit('a'), 10);
	assert_int_equal(str_hex_digit('F'), 15);
	for (const char *p = "/:@G`g"; *p != '\0'; p++)
		assert_int_equal(str_hex_digit(*p), -1);
	assert_false(str_to_i64(slice_of("4x"), 0, 42, &v));
	assert_false(str_to_i64(slice_of(" 4"), 0, 42, &v));
	assert_false(
	    str_to_i64(slice_of("9223372036854775808"), INT64_MIN, INT64_MAX, &v));
}

static void
numbers_are_written(void **state)
{
	char text[STR_I64_SIZE];

	(void)state;
	assert_string_equal(str_from_i64(text, 0), "0");
	assert_string_equal(str_from_i64(text, -10), "-10");
	assert_string_equal(str_from_i64(text, INT64_MAX), "9223372036854775807");
	assert_string_equal(str_from_i64(text, INT64_MIN), "-9223372036854775808");
}

static void
lists_are_cut_and_trimmed(void **state)
{
	struct slice rest = slice_of(" a, b ,,c"), piece;
	const char *const want[] = {"a", "b", "", "c"};
	size_t n = 0;

	(void)state;
	while (slice_next(&rest, ',', &piece))
		assert_true(slice_eq(piece, want[n++]));
	assert_int_equal(n, 4);
	assert_true(slice_eq_ci(slice_of("Content-TYPE"), "content-type"));
	assert_false(slice_eq_ci(slice_of("Content-TYPE"), "content-typ"));
}

static void
utf8_is_checked_and_folded(void **state)
{
	struct ctx *cx = *state;

	assert_true(utf8_valid("h\xc3\xa9", 3, true));
	assert_false(utf8_valid("h\xc3", 2, true));
	assert_false(utf8_valid("\xed\xa0\x80", 3, true)); /* a surrogate */
	assert_false(utf8_valid("\xc0\x80", 2, true));     /* overlong */
	assert_true(utf8_valid("a\0b", 3, false));
	assert_false(utf8_valid("a\0b", 3, true));
	assert_int_equal(utf8_length("h\xc3\xa9", 3), 2);
	assert_string_equal(
	    utf8_fold(cx->mem, "MA\xc3\x9f@Example.COM"), "mass@example.com");
	assert_null(utf8_fold(cx->mem, "\xff"));
	assert_string_equal(utf8_mend(cx->mem, "h\xc3\xa9 \xc3(\0\xf0\x9f\x98", 10),
	    "h\xc3\xa9 \xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_string_equal(utf8_mend(cx->mem, NULL, 0), "");
}

static void
uuids_follow_the_rfc(void **state)
{
	struct uuid dns, u, other;
	char text[UUID_TEXT_SIZE];

	(void)state;
	assert_true(
	    uuid_from_text(slice_of("6BA7B810-9DAD-11D1-80B4-00C04FD430C8"), &dns));
	u = uuid_named(dns, "www.example.com", 15);
	uuid_text(text, u);
	assert_string_equal(
	    text, "2ed6657d-e927-568b-95e1-2665a8aea6a2"); /* RFC 9562 A.4 */
	assert_int_equal(uuid_version(u), 5);
	assert_int_equal(uuid_version(uuid_random()), 4);
	other = uuid_random();
	u = uuid_random();
	assert_memory_not_equal(u.b, other.b, sizeof(u.b));
	assert_false(
	    uuid_from_text(slice_of("{2ed6657d-e927-568b-95e1-2665a8aea6a}"), &u));
	assert_false(
	    uuid_from_text(slice_of("2ed6657d-e927-568b-95e1-2665a8aea6ag"), &u));
	assert_false(uuid_from_text(slice_of("2ed6657d"), &u));
}

static void
a_child_draws_ids_of_its_own(void **state)
{
	struct uuid ours, theirs;
	int ends[2], status;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	(void)uuid_random(); /* there are some left to draw */
	child = fork();
	if (child == 0) {
		theirs = uuid_random();
		if (write(ends[1], theirs.b, sizeof(theirs.b)) != sizeof(theirs.b))
			_exit(1);
		_exit(0);
	}
	ours = uuid_random();
	assert_int_equal(read(ends[0], theirs.b, sizeof(theirs.b)), sizeof(theirs.b));
	assert_memory_not_equal(ours.b, theirs.b, sizeof(ours.b));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(ends[0]);
	close(ends[1]);
}

static void
drawn_ids_are_all_different(void **state)
{
	struct uuid drawn[100];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(drawn); i++) {
		drawn[i] = uuid_random();
		assert_int_equal(uuid_version(drawn[i]), 4);
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(drawn[i].b, drawn[j].b, 16);
	}
}

static void
times_are_read_strictly(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
	    {"2025-02-10", INT64_C(1739145600000)},
	    {"2025-02-10T16:30:00Z", INT64_C(1739205000000)},
	    {"2025-02-10t16:30:00.5z", INT64_C(1739205000500)},
	    {"2025-02-10 16:30:00.1239Z", INT64_C(1739205000123)},
	    {"2025-02-10T18:00:00+01:30", INT64_C(1739205000000)},
	    {"2025-02-10T15:30:00.000-01:00", INT64_C(1739205000000)},
	    {"2024-02-29", INT64_C(1709164800000)},
	    {"1969-12-31", INT64_C(-86400000)},
	    {"9999-12-31T23:59:59.999Z", INT64_C(253402300799999)},
	};
	static const char *const bad[] = {"", "2025", "2025-2-10", "2025-02-30",
	    "2025-13-01", "2025-00-01", "2025-01-00", "2025-02-10T16:30:00",
	    "2025-02-10T16:30Z", "2025-02-10T24:00:00Z", "2025-02-10T16:60:00Z",
	    "2025-02-10T16:30:00.Z", "2025-02-10T16:30:00+1:00",
	    "2025-02-10T16:30:00+01:00x", "2025-02-10Z", " 2025-02-10", "2025-02-10 ",
	    "now", "2025-02-1\xd9\xa0"};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_true(clock_from_text(good[i].text, &ms));
		assert_int_equal(ms, good[i].ms);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (clock_from_text(bad[i], &ms))
			fail_msg("\"%s\" was read", bad[i]);
}

static void
time_is_told_in_utc(void **state)
{
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	clock_text(text, 1739205000000);
	assert_string_equal(text, "2025-02-10T16:30:00.000Z");
	clock_text(text, 7);
	assert_string_equal(text, "1970-01-01T00:00:00.007Z");
	clock_text(text, INT64_C(-62135596800000));
	assert_string_equal(text, "0001-01-01T00:00:00.000Z");
	clock_text(text, INT64_C(253402300799999));
	assert_string_equal(text, "9999-12-31T23:59:59.999Z");
	clock_text(text, -1);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
}

static void
log_values_cannot_break_out(void **state)
{
	char q[32];

	(void)state;
	assert_string_equal(log_quote(q, sizeof(q), "a\"b\nc"), "\"a\\\"b\\x0ac\"");
	assert_int_equal(
	    strlen(log_quote(q, sizeof(q), "0123456789012345678901234567890")) < 32, 1);
}

static void
read_line(FILE *f, char *line, size_t size)
{
	assert_non_null(fgets(line, (int)size, f));
	assert_int_equal(line[strlen(line) - 1], '\n');
}

static void
a_log_line_in_pieces_is_whole_and_bounded(void **state)
{
	char path[] = "/tmp/test_base.XXXXXX", line[4096], want[256], longest[3000];
	struct ctx cx = {.request_id = "r-1"};
	struct err_info e = {0};
	struct log_line l;
	FILE *f;

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	close(mkstemp(path));
	assert_int_equal(log_open(&e, path, LOG_INFO), ERR_OK);
	assert_false(log_start(&l, LOG_DEBUG, &cx, "unwanted"));
	assert_true(log_start(&l, LOG_WARNING, &cx, "tried"));
	log_text(&l, "a", "b\nc\x7f");
	log_number(&l, "n", -7);
	log_quoted(&l, "q", "say \"no\"\n");
	log_finish(&l);
	assert_true(log_start(&l, LOG_INFO, NULL, "long"));
	log_text(&l, "x", longest);
	log_number(&l, "n", 1);
	log_finish(&l);
	log_event(LOG_INFO, NULL, "long", "x=%s\n", longest);

	assert_non_null(f = fopen(path, "r"));
	read_line(f, line, sizeof(line));
	snprintf(want, sizeof(want),
	    " warning pid=%ld req=r-1 event=tried a=b?c? n=-7 q=\"say "
	    "\\\"no\\\"\\x0a\"\n",
	    (long)getpid());
	assert_string_equal(line + CLOCK_TEXT_SIZE - 1, want);
	read_line(f, line, sizeof(line));
	assert_int_equal(strlen(line), LOG_LINE_MAX + 1);
	read_line(f, line, sizeof(line));
	assert_int_equal(strlen(line), LOG_LINE_MAX + 1);
	assert_null(fgets(line, sizeof(line), f));
	(void)fclose(f);
	assert_int_equal(log_open(&e, NULL, LOG_INFO), ERR_OK);
	unlink(path);
}

static void
addresses_match_ranges_bit_by_bit(void **state)
{
	(void)state;
	assert_true(address_text_in_list("192.168.1.127", "192.168.1.0/25"));
	assert_false(address_text_in_list("192.168.1.128", "192.168.1.0/25"));
	assert_true(address_text_in_list("8.8.8.8", "0.0.0.0/0"));
	assert_false(address_text_in_list("::1", "0.0.0.0/0"));
	assert_true(address_text_in_list("2001:db8:7::1", "2001:db8::/32"));
	assert_false(address_text_in_list("2001:db9::1", "2001:db8::/32"));
	assert_false(address_text_in_list("10.0.0.1", "10.0.0.1/33"));
	assert_false(address_text_in_list("10.0.0.1", "10.0.0.1/"));
	assert_false(address_text_in_list("10.0.0.1", "10.0.0.1/-1"));
	assert_false(address_text_in_list("10.0.0.1", ""));
	assert_false(address_text_in_list("10.0.0.1", NULL));
	assert_false(address_text_in_list("", "0.0.0.0/0"));
}

static void
wrapped_addresses_and_their_ranges_are_those_of_ipv4(void **state)
{
	static const unsigned char nine[16] = {[10] = 0xff, 0xff, 10, 0, 0, 9};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	char text[ADDRESS_TEXT_SIZE];
	struct address a;

	(void)state;
	assert_true(address_text_in_list("::ffff:10.0.0.1", "10.0.0.0/8"));
	assert_true(address_text_in_list("10.0.0.1", "::1, ::ffff:10.0.0.0/104"));
	assert_true(address_text_in_list("10.0.0.1", "::ffff:10.0.0.1"));
	assert_false(address_text_in_list("11.0.0.1", "::ffff:10.0.0.0/104"));
	assert_false(address_text_in_list("10.0.0.1", "::ffff:10.0.0.0/8"));
	assert_false(address_text_in_list("10.0.0.1", "::/0"));
	assert_true(address_is_range(slice_of("2001:db8::/128")));
	assert_false(address_is_range(slice_of("2001:db8::/129")));
	assert_false(address_is_range(slice_of("::ffff:10.0.0.0/95")));
	assert_false(address_is_range(slice_of("/8")));
	memcpy(&v6.sin6_addr, nine, sizeof(nine));
	assert_true(address_of_socket((struct sockaddr *)&v6, &a));
	assert_string_equal(address_text(&a, text), "10.0.0.9");
	assert_false(address_of_socket((struct sockaddr *)&local, &a));
}

static void
faults_keep_their_order_and_count(void **state)
{
	struct ctx *cx = *state;

	for (int i = 0; i < CTX_FAULTS_MAX + 5; i++)
		ctx_fault(cx, "/a", "type", "fault %d", i);
	assert_int_equal(cx->fault_count, CTX_FAULTS_MAX + 5);
	assert_string_equal(cx->faults->message, "fault 0");
	assert_string_equal(cx->last_fault->message, "fault 99");
}

static void
told_errors_are_public_and_set_ones_are_not(void **state)
{
	struct err_info e = {0};

	(void)state;
	assert_int_equal(err_set(&e, ERR_INTERNAL, "secret path"), ERR_INTERNAL);
	assert_string_equal(err_public(&e), err_text(ERR_INTERNAL));
	assert_int_equal(err_tell(&e, ERR_INVALID, "not \"%s\"", "x"), ERR_INVALID);
	assert_string_equal(err_public(&e), "not \"x\"");
	err_note(&e, "one");
	err_note(&e, "two");
	assert_string_equal(e.note, "one; two");
	assert_int_equal(err_http(ERR_KEY_REUSED), 409);
}

/* -- addresses -- */

static void
addresses_are_checked(void **state)
{
	static const char *const good[] = {"a@b", "ada@example.com",
	    "a.b+c@x-y.example", "o'neil@example.com",
	    /* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one text */
	    "j\xc3\xb6rg@b\xc3\xbc"
	    "cher.example",
	    "1@2.3"};
	static const char *const bad[] = {"", "@", "a", "a@", "@b", "a@b@c", "a b@c",
	    "a@b c", "a..b@c", ".a@c", "a.@c", "a@c.", "a@.c", "a@c..d", "a@-c", "a@c-",
	    "a@c-.d", "a@c_d", "a\n@c", "a@c\n", "\"a\"@c", "a@[1.2.3.4]", "a,b@c",
	    "a<b@c", "\xff@c", "a\t@c"};
	char longest[300];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		if (!email_valid(good[i]))
			fail_msg("\"%s\" is refused", good[i]);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (email_valid(bad[i]))
			fail_msg("\"%s\" is taken", bad[i]);
	snprintf(longest, sizeof(longest), "%064d@c", 0);
	assert_true(email_valid(longest));
	snprintf(longest, sizeof(longest), "%065d@c", 0);
	assert_false(email_valid(longest));
	snprintf(longest, sizeof(longest), "a@%063d.c", 0);
	assert_true(email_valid(longest));
	snprintf(longest, sizeof(longest), "a@%064d.c", 0);
	assert_false(email_valid(longest));
	snprintf(longest, sizeof(longest), "a@%063d.%063d.%063d.%061d", 0, 0, 0, 0);
	assert_false(email_valid(longest)); /* 255 bytes */
}

static void
a_mailbox_has_a_name_or_none(void **state)
{
	static const struct {
		const char *text, *name, *address;
	} good[] = {
	    {"a@b", "", "a@b"},
	    {" a@b\t", "", "a@b"},
	    {"<a@b>", "", "a@b"},
	    {"Ada Lovelace <ada@example.com>", "Ada Lovelace", "ada@example.com"},
	    {"\"Lovelace, Ada\" <ada@example.com>", "Lovelace, Ada", "ada@example.com"},
	    {"J\xC3\xB6rg<a@b> ", "J\xC3\xB6rg", "a@b"},
	    {"a <b> c <a@b>", "a <b> c", "a@b"},
	};
	static const char *const bad[] = {"", "<>", "a", "Ada <a>", "Ada a@b",
	    "Ada <a@b", "Ada a@b>", "Ada <a@b> x", "\"Ada <a@b>", "A\"d\"a <a@b>",
	    "A\\da <a@b>", "A\nda <a@b>", "Ada <a@b\n>", "Ada < a@b>", "\xff <a@b>"};
	struct mailbox m;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_true(mailbox_read(good[i].text, &m));
		assert_true(slice_eq(m.name, good[i].name));
		assert_true(slice_eq(m.address, good[i].address));
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (mailbox_read(bad[i], &m))
			fail_msg("\"%s\" is taken", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(arena_zeroes_aligns_and_limits),
	    cmocka_unit_test(arena_drops_last_in_first_out),
	    UNIT_CTX_TEST(buf_grows_and_fails_sticky),
	    cmocka_unit_test(numbers_are_checked),
	    cmocka_unit_test(lists_are_cut_and_trimmed),
	    UNIT_CTX_TEST(utf8_is_checked_and_folded),
	    cmocka_unit_test(uuids_follow_the_rfc),
	    cmocka_unit_test(a_child_draws_ids_of_its_own),
	    cmocka_unit_test(drawn_ids_are_all_different),
	    cmocka_unit_test(numbers_are_written),
	    cmocka_unit_test(time_is_told_in_utc),
	    cmocka_unit_test(times_are_read_strictly),
	    cmocka_unit_test(log_values_cannot_break_out),
	    cmocka_unit_test(a_log_line_in_pieces_is_whole_and_bounded),
	    cmocka_unit_test(addresses_match_ranges_bit_by_bit),
	    cmocka_unit_test(wrapped_addresses_and_their_ranges_are_those_of_ipv4),
	    UNIT_CTX_TEST(faults_keep_their_order_and_count),
	    cmocka_unit_test(told_errors_are_public_and_set_ones_are_not),
	    cmocka_unit_test(addresses_are_checked),
	    cmocka_unit_test(a_mailbox_has_a_name_or_none),
	};

	return UNIT_RUN(tests);
}
