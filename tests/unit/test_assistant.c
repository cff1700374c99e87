#include "unit.h"

#include "assistant/stream.h"

/* Events as a model sends them, with all that may stand between. */
static const char events[] =
    ": a comment\r\n"
    "event: message\n"
    "data: {\"model\":\"m-1\",\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"caf\303\251 \"}}]}\r\n\r\n"
    "data:{\"choices\":[{\"delta\":{\"content\":null}}]}\n\n"
    "id: 7\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"\\u00e9t\\u00e9\"},"
    "\"finish_reason\":\"length\"}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"total_tokens\":7}}\n\n"
    "data: [DONE]\n\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"after the end\"}}]}\n\n";

/* All of a text in pieces of n bytes; what was told of it, taken after each. */
static const char *
put_all(struct ctx *cx, struct stream *s, const char *text, size_t n)
{
	size_t left = strlen(text);
	const char *told = "", *fresh;
	bool more = true;

	while (more && left > 0) {
		struct slice piece = {text, n < left ? n : left};

		more = stream_put(s, piece);
		if ((fresh = stream_take(s)) != NULL)
			told = arena_printf(cx->mem, "%s%s", told, fresh);
		text += piece.n;
		left -= piece.n;
	}
	assert_null(stream_take(s));
	return told;
}

static void
an_answer_is_the_same_however_it_is_cut(void **state)
{
	for (size_t n = 1; n <= sizeof(events); n++) {
		struct stream s;

		stream_init(&s);
		assert_string_equal(
		    put_all(*state, &s, events, n), "caf\303\251 \303\251t\303\251");
		assert_true(s.done && !s.bad);
		assert_string_equal(s.model, "m-1");
		assert_string_equal(s.finish, "length");
		assert_string_equal(s.usage, "{\"total_tokens\":7}");
		assert_false(stream_put(&s, slice_of("data: {}\n\n")));
		stream_fini(&s);
	}
}

static void
what_is_no_event_is_bad_and_the_last(void **state)
{
	static const char *const bad[] = {"data: {\n", "data: [1]\n", "data: 7\n",
	    "data: \"text\"\n", "data: {\"error\":{\"message\":\"secret\"}}\n",
	    "data: {\"choices\":[{\"delta\":{\"content\":\"\\ud800\"}}]}\n",
	    "data: {\"a\":\"\377\"}\n", "data:\n"};

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct stream s;

		stream_init(&s);
		assert_string_equal(put_all(*state, &s, bad[i], 3), "");
		assert_true(s.bad && !s.done);
		assert_false(stream_put(&s, slice_of(events)));
		assert_null(stream_take(&s));
		stream_fini(&s);
	}
}

static void
what_is_no_answer_says_nothing(void **state)
{
	static const char *const none[] = {"\n\n\r\n", "data", "datum: {\n",
	    "data: {}\n", "data: {\"choices\":7}\n",
	    "data: {\"choices\":[7,{\"delta\":{\"content\":\"second\"}}]}\n",
	    "data: {\"choices\":[{\"delta\":{\"content\":[\"list\"]}}]}\n",
	    "data: {\"usage\":7,\"model\":{},\"error\":null}\n"};

	for (size_t i = 0; i < COUNT_OF(none); i++) {
		struct stream s;

		stream_init(&s);
		assert_string_equal(put_all(*state, &s, none[i], 2), "");
		assert_true(!s.bad && !s.done);
		assert_string_equal(s.usage, "");
		assert_string_equal(s.model, "");
		stream_fini(&s);
	}
}

static void
a_line_without_end_is_bad_before_long(void **state)
{
	struct stream s;
	char piece[4096];
	size_t n = 0;

	(void)state;
	memset(piece, 'x', sizeof(piece));
	stream_init(&s);
	while (n < 1000 && stream_put(&s, (struct slice){piece, sizeof(piece)}))
		n++;
	assert_true(s.bad && n >= 60 && n <= 70);
	stream_fini(&s);
}

static void
a_name_that_is_too_long_is_cut(void **state)
{
	struct ctx *cx = *state;
	struct stream s;
	char name[1000];

	memset(name, 'm', sizeof(name));
	stream_init(&s);
	assert_true(stream_put(&s,
	    slice_of(arena_printf(cx->mem,
		"data: "
		"{\"model\":\"%.999s\",\"usage\":{\"a\":\"%.999s\",\"b\":\"%.999s\"}}"
		"\n",
		name, name, name))));
	assert_int_equal(strlen(s.model), STREAM_NAME_SIZE - 1);
	assert_string_equal(s.usage, "");
	stream_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(an_answer_is_the_same_however_it_is_cut),
	    UNIT_CTX_TEST(what_is_no_event_is_bad_and_the_last),
	    UNIT_CTX_TEST(what_is_no_answer_says_nothing),
	    UNIT_CTX_TEST(a_line_without_end_is_bad_before_long),
	    UNIT_CTX_TEST(a_name_that_is_too_long_is_cut),
	};

	return UNIT_RUN(tests);
}
