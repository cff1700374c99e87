/* Many values in one text, one at a time; arrays as a statement takes them; who claimed
 * what first. */
#include "unit.h"

#include "db/array.h"
#include "provision/seen.h"
#include "json/items.h"

/* The items as "place,line,at=text|…", then what was wrong. */
static const char *
all_of(void **state, const char *text, bool lines)
{
	struct ctx *cx = *state;
	struct json_items it;
	struct json_piece p;
	struct buf b;
	bool more = true;
	enum err rc = ERR_OK;

	ctx_clear(cx);
	buf_init(&b, cx->mem, 4096);
	json_items_init(&it, slice_of(text), lines);
	while (rc == ERR_OK && more) {
		rc = json_items_next(cx, &it, &p, &more);
		if (rc == ERR_OK && more)
			buf_printf(&b, "%zu,%zu,%zu=%.*s|", p.item, p.line, p.at,
			    (int)p.text.n, p.text.p);
	}
	if (rc != ERR_OK)
		buf_puts(&b, err_public(&cx->err));
	return buf_text(&b);
}

static void
lines_are_counted_and_blank_ones_passed_over(void **state)
{
	assert_string_equal(all_of(state, "", true), "");
	assert_string_equal(all_of(state, "\n \r\n\t", true), "");
	assert_string_equal(all_of(state, "1\n\n {\"a\":2} \r\n3", true),
	    "0,1,0=1|1,3,4={\"a\":2}|2,4,14=3|");
}

static void
an_array_is_cut_at_its_top_alone(void **state)
{
	assert_string_equal(all_of(state, " [ ] ", false), "");
	assert_string_equal(
	    all_of(state, "[1, [2,3] ,\"],\\\"\",{\"a\":\"]\"}\n]", false),
	    "0,1,1=1|1,2,4=[2,3]|2,3,11=\"],\\\"\"|3,4,18={\"a\":\"]\"}|");
	assert_string_equal(all_of(state, "[{]},}]", false), "0,1,1={]}|1,2,5=}|");
}

static void
what_is_no_array_is_told_with_its_byte(void **state)
{
	static const struct {
		const char *text, *told;
	} cases[] = {
	    {"", "the array has no end at byte 0 of the body"},
	    {"{}", "no array begins at byte 0 of the body"},
	    {"[", "the array has no end at byte 1 of the body"},
	    {"[1", "the array has no end at byte 2 of the body"},
	    {"[\"", "the array has no end at byte 2 of the body"},
	    {"[\"\\", "the array has no end at byte 3 of the body"},
	    {"[,1]", "no item at byte 1 of the body"},
	    {"[1,]", "0,1,1=1|no item at byte 3 of the body"},
	    {"[1]]", "0,1,1=1|text after the array at byte 3 of the body"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(all_of(state, cases[i].text, false), cases[i].told);
}

static void
an_array_for_a_statement_is_quoted(void **state)
{
	struct db_array a;

	(void)state;
	db_array_init(&a);
	assert_string_equal(db_array_text(&a), "{}");
	db_array_add(&a, "a,{}\"\\");
	db_array_add(&a, NULL);
	db_array_add(&a, "NULL");
	db_array_add(&a, "");
	assert_string_equal(db_array_text(&a), "{\"a,{}\\\"\\\\\",NULL,\"NULL\",\"\"}");
	db_array_reset(&a);
	db_array_add(&a, "b");
	assert_string_equal(db_array_text(&a), "{\"b\"}");
	db_array_fini(&a);
}

static void
the_first_claim_counts_until_it_is_given_away(void **state)
{
	const struct seen_key mail = seen_key_of(SEEN_EMAIL, "Ann@Example.com"),
			      same = seen_key_of(SEEN_EMAIL, "ann@example.COM"),
			      other = seen_key_of(SEEN_EXTERNAL_ID, "ann@example.com"),
			      upper = seen_key_of(SEEN_EXTERNAL_ID, "Ann@example.com");
	struct seen *s = seen_new(3);

	(void)state;
	assert_int_equal(seen_claim(s, &mail, 0), 0);
	assert_int_equal(seen_claim(s, &same, 1), 0);
	assert_int_equal(seen_claim(s, &other, 2), 2);
	assert_int_equal(seen_claim(s, &upper, 3), 3);
	seen_give(s, &same, 1);
	assert_int_equal(seen_claim(s, &mail, 4), 1);
	seen_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(lines_are_counted_and_blank_ones_passed_over),
	    UNIT_CTX_TEST(an_array_is_cut_at_its_top_alone),
	    UNIT_CTX_TEST(what_is_no_array_is_told_with_its_byte),
	    cmocka_unit_test(an_array_for_a_statement_is_quoted),
	    cmocka_unit_test(the_first_claim_counts_until_it_is_given_away),
	};

	return UNIT_RUN(tests);
}
