#include "unit.h"

#include <stdio.h>

#include "http/records.h"

enum { BEGIN = 1, ABORT = 2, END_REQUEST = 3, PARAMS = 4, STDIN = 5, GET_VALUES = 9 };

static struct records r;
static struct buf wire, told;

static int
setup(void **state)
{
	(void)state;
	records_init(&r);
	buf_init(&wire, NULL, 64 * 1024 * 1024);
	buf_init(&told, NULL, 16 * 1024 * 1024);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	records_fini(&r);
	buf_fini(&wire);
	buf_fini(&told);
	return 0;
}

#define RECORDS_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void
put_record(unsigned type, unsigned id, const void *content, size_t n, unsigned padding)
{
	const unsigned char head[RECORD_HEADER] = {1, (unsigned char)type,
	    (unsigned char)(id >> 8), (unsigned char)id, (unsigned char)(n >> 8),
	    (unsigned char)n, (unsigned char)padding};

	buf_put(&wire, head, sizeof(head));
	buf_put(&wire, content, n);
	for (unsigned i = 0; i < padding; i++)
		buf_putc(&wire, '#');
}

static void
put_begin(unsigned id, unsigned role, bool keep)
{
	const unsigned char content[8] = {
	    (unsigned char)(role >> 8), (unsigned char)role, keep};

	put_record(BEGIN, id, content, sizeof(content), 0);
}

#define PUT_PARAMS(id, text) put_record(PARAMS, (id), "" text, sizeof("" text) - 1, 0)

static void
put_request(unsigned id, bool keep)
{
	put_begin(id, 1, keep);
	PUT_PARAMS(id,
	    "\x01\x02"
	    "A"
	    "bc"
	    "\x04\x00"
	    "NONE"
	    "\x80\x00\x00\x02\x80\x00");
	put_record(PARAMS, id,
	    "\x00\x03"
	    "XY"
	    "z=1",
	    7, 5);
	PUT_PARAMS(id, "");
	put_record(STDIN, id, "hello", 5, 3);
	put_record(STDIN, id, " you", 4, 0);
	put_record(STDIN, id, "", 0, 0);
}

static void
tell(enum records_event event)
{
	static const char *const names[] = {
	    "more", "head", "body", "end", "refused", "broken"};

	buf_puts(&told, names[event]);
	if (event == RECORDS_HEAD)
		for (const char *const *p = records_params(&r); *p != NULL; p++)
			buf_printf(&told, "[%s]", *p);
	buf_putc(&told, ' ');
}

/* The wire, `step` bytes at a time: what it says, with the pieces of the body put
 * together. */
static const char *
events_of(size_t step)
{
	enum records_event event;
	size_t at = 0, room;

	buf_reset(&told);
	for (;;) {
		unsigned char *to;

		event = records_next(&r);
		if (event == RECORDS_BODY) {
			buf_put(&told, r.body.p, r.body.n);
			continue;
		}
		if (event != RECORDS_MORE)
			tell(event);
		if (event == RECORDS_REFUSED || event == RECORDS_BROKEN)
			return buf_text(&told);
		if (event == RECORDS_END)
			(void)records_done(&r);
		if (event != RECORDS_MORE)
			continue;
		if (at == wire.n)
			return buf_text(&told);
		to = records_room(&r, &room);
		assert_true(room >= 1);
		if (room > step)
			room = step;
		if (room > wire.n - at)
			room = wire.n - at;
		memcpy(to, wire.p + at, room);
		records_came(&r, room);
		at += room;
	}
}

static void
reply_is(const void *bytes, size_t n)
{
	assert_int_equal(r.reply.n, n);
	assert_memory_equal(r.reply.p, bytes, n);
}

static void
requests_are_the_same_however_the_bytes_are_cut(void **state)
{
	static const char one[] = "head[A=bc][NONE=][XY=z=1] hello youend ";
	char two[2 * sizeof(one)];

	(void)state;
	put_request(1, true);
	put_request(65535, false);
	snprintf(two, sizeof(two), "%s%s", one, one);
	for (size_t step = 1; step <= wire.n; step++) {
		records_open(&r);
		assert_string_equal(events_of(step), two);
	}
	assert_int_equal(r.reply.n, 0);
}

static void
what_is_left_is_the_next_request(void **state)
{
	size_t room;

	(void)state;
	put_request(1, true);
	put_begin(2, 1, false);
	memcpy(records_room(&r, &room), wire.p, wire.n);
	records_came(&r, wire.n);
	assert_int_equal(records_next(&r), RECORDS_HEAD);
	assert_int_equal(r.id, 1);
	assert_true(r.keep);
	while (records_next(&r) != RECORDS_END)
		;
	assert_true(records_done(&r));
	assert_int_equal(records_next(&r), RECORDS_MORE);
	assert_int_equal(r.id, 2);
	assert_false(r.keep);
	records_open(&r);
	assert_int_equal(r.id, 0);
	assert_false(records_done(&r));
}

static void
lengths_beyond_what_is_there_are_broken(void **state)
{
	static const struct slice pairs[] = {
	    {"\x05\x05"
	     "abc",
		5},
	    {"\x01", 1},
	    {"\x01\x80\x00\x00", 4},
	    {"\xff\xff\xff\xff\xff\xff\xff\xff"
	     "a",
		9},
	    {"\xff\xff\xff", 3},
	    {"\x01\x00"
	     "a"
	     "\x02",
		4},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		buf_reset(&wire);
		records_open(&r);
		put_begin(1, 1, false);
		put_record(PARAMS, 1, pairs[i].p, pairs[i].n, 0);
		PUT_PARAMS(1, "");
		assert_string_equal(events_of(SIZE_MAX), "broken ");
	}
}

static void
parameters_have_a_limit_and_leave_no_memory_behind(void **state)
{
	static char name[65000] = "\x01\xff\xff"; /* longer than any record */
	char pair[8 + 60000] = "\x80\x00\x00\x01\x80\x00\xea\x5f";

	(void)state;
	memset(pair + 8, 'v', sizeof(pair) - 8);
	put_begin(1, 1, false);
	for (int i = 0; i < 60; i++)
		put_record(PARAMS, 1, pair, sizeof(pair), 0);
	PUT_PARAMS(1, "");
	put_record(STDIN, 1, "", 0, 0);
	assert_non_null(strstr(events_of(SIZE_MAX), "v] end"));
	assert_true(r.text.cap <= 256 * 1024);

	buf_reset(&wire);
	put_begin(1, 1, false);
	for (size_t n = 0; n <= RECORDS_PARAMS_MAX; n += sizeof(name))
		put_record(PARAMS, 1, name, sizeof(name), 0);
	assert_string_equal(events_of(SIZE_MAX), "broken ");
}

static void
other_roles_are_refused(void **state)
{
	(void)state;
	put_begin(0x0102, 3, false);
	assert_string_equal(events_of(SIZE_MAX), "refused ");
	reply_is("\1\3\1\2\0\10\0\0"
		 "\0\0\0\0\3\0\0\0",
	    16);
}

static void
another_request_in_between_is_refused(void **state)
{
	(void)state;
	put_begin(1, 1, false);
	put_request(2, false);
	PUT_PARAMS(1,
	    "\x01\x01"
	    "A"
	    "1");
	PUT_PARAMS(1, "");
	put_record(STDIN, 1, "x", 1, 0);
	put_request(2, false);
	put_record(STDIN, 1, "", 0, 0);
	assert_string_equal(events_of(7), "head[A=1] xend ");
	reply_is("\1\3\0\2\0\10\0\0"
		 "\0\0\0\0\1\0\0\0"
		 "\1\3\0\2\0\10\0\0"
		 "\0\0\0\0\1\0\0\0",
	    32);
}

static void
management_is_answered(void **state)
{
	(void)state;
	put_record(GET_VALUES, 0,
	    "\x0f\x00"
	    "FCGI_MPXS_CONNS"
	    "\x01\x00"
	    "X",
	    20, 0);
	put_record(GET_VALUES, 0, "\x09", 1, 0);
	put_record(200, 0, "", 0, 0);
	assert_string_equal(events_of(SIZE_MAX), "");
	reply_is("\1\12\0\0\0\22\0\0"
		 "\x0f\x01"
		 "FCGI_MPXS_CONNS"
		 "0"
		 "\1\12\0\0\0\0\0\0"
		 "\1\13\0\0\0\10\0\0"
		 "\310\0\0\0\0\0\0\0",
	    50);
}

static void
replies_that_nobody_reads_have_a_limit(void **state)
{
	(void)state;
	for (int i = 0; i < 5000; i++)
		put_record(200, 0, "", 0, 0);
	assert_string_equal(events_of(SIZE_MAX), "broken ");
}

static void
what_breaks_the_order_is_broken(void **state)
{
	static const struct {
		unsigned type, id;
	} wrong[] = {{ABORT, 1}, {BEGIN, 1}, {STDIN, 1}, {8, 1}, {77, 1}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		buf_reset(&wire);
		records_open(&r);
		put_begin(1, 1, false);
		put_record(wrong[i].type, wrong[i].id, "", 0, 0);
		assert_string_equal(events_of(SIZE_MAX), "broken ");
	}
	buf_reset(&wire);
	records_open(&r);
	PUT_PARAMS(1, "");
	assert_string_equal(events_of(SIZE_MAX), "broken ");
	buf_reset(&wire);
	records_open(&r);
	put_record(STDIN, 1, "left over", 9, 0);
	put_request(1, false);
	buf_putc(&wire, 'G');
	assert_string_equal(
	    events_of(SIZE_MAX), "head[A=bc][NONE=][XY=z=1] hello youend broken ");
}

static void
an_answer_is_wrapped(void **state)
{
	unsigned char front[RECORD_HEADER], back[RECORDS_END_SIZE];

	(void)state;
	records_put_stdout(front, 0x0102, 65535);
	assert_memory_equal(front, "\1\6\1\2\377\377\0\0", sizeof(front));
	records_put_end(back, 0x0102);
	assert_memory_equal(back,
	    "\1\6\1\2\0\0\0\0"
	    "\1\3\1\2\0\10\0\0"
	    "\0\0\0\0\0\0\0\0",
	    sizeof(back));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    RECORDS_TEST(requests_are_the_same_however_the_bytes_are_cut),
	    RECORDS_TEST(what_is_left_is_the_next_request),
	    RECORDS_TEST(lengths_beyond_what_is_there_are_broken),
	    RECORDS_TEST(parameters_have_a_limit_and_leave_no_memory_behind),
	    RECORDS_TEST(other_roles_are_refused),
	    RECORDS_TEST(another_request_in_between_is_refused),
	    RECORDS_TEST(management_is_answered),
	    RECORDS_TEST(replies_that_nobody_reads_have_a_limit),
	    RECORDS_TEST(what_breaks_the_order_is_broken),
	    RECORDS_TEST(an_answer_is_wrapped),
	};

	return UNIT_RUN(tests);
}
