#include "unit.h"

#include "base/buf.h"
#include "provision/draft.h"
#include "provision/record.h"

static const char schema_text[] =
    "{\"allOf\":[{\"properties\":{\"company_name\":{},\"email\":{},\"phone_number\":{},"
    "\"industry\":{},\"external_id\":{}}},"
    "{\"properties\":{\"seats\":{},\"address\":{},\"slug\":{}},"
    "\"patternProperties\":{\"^x_\":{}}}]}";

static const struct schema *
compiled(struct ctx *cx)
{
	const struct schema *s;

	assert_int_equal(
	    schema_compile(cx, cx->mem, "test", slice_of(schema_text), &s), ERR_OK);
	return s;
}

static struct provision_draft
draft_of(struct ctx *cx, const char *text)
{
	struct provision_draft d;
	const struct json *body;

	assert_int_equal(json_parse(cx, text, strlen(text), 0, &body), ERR_OK);
	provision_draft_read(cx->mem, compiled(cx), body, &d);
	return d;
}

static void
what_the_schema_adds_is_kept_as_it_is(void **state)
{
	const struct provision_draft d = draft_of(*state,
	    "{\"seats\":1e99999,\"company_name\":\"A\",\"x_1\":null,\"email\":\"a@b."
	    "c\","
	    "\"address\":{\"city\":[0.10,{}]}}");

	assert_string_equal(d.company_name, "A");
	assert_string_equal(d.email, "a@b.c");
	assert_null(d.phone_number);
	assert_null(d.industry);
	assert_null(d.external_id);
	assert_string_equal(d.extra,
	    "{\"seats\":1e99999,\"x_1\":null,\"address\":{\"city\":[0.10,{}]}}");
}

static void
what_it_does_not_name_is_dropped(void **state)
{
	const struct provision_draft d = draft_of(*state,
	    "{\"company_name\":\"A\",\"plan\":\"free\",\"y_1\":1,\"email\":\"a@b.c\"}");

	assert_string_equal(d.extra, "{}");
}

static void
what_the_server_answers_itself_is_not_taken(void **state)
{
	const struct provision_draft d = draft_of(*state,
	    "{\"company_name\":\"A\",\"email\":\"a@b.c\",\"slug\":\"mine\","
	    "\"external_id\":\"7\"}");

	assert_string_equal(d.extra, "{}");
	assert_string_equal(d.external_id, "7");
}

static void
a_body_without_members_makes_an_empty_draft(void **state)
{
	const struct provision_draft d = draft_of(*state, "[1]");

	assert_null(d.company_name);
	assert_string_equal(d.extra, "{}");
	assert_int_equal(provision_draft_check(*state, &d), ERR_INVALID);
}

static void
bounds_hold_whatever_the_schema_says(void **state)
{
	struct ctx *cx = *state;
	struct provision_draft d = {
	    .company_name = "A", .email = "a@b.c", .extra = "{}"};
	char long_id[PROVISION_EXTERNAL_ID_MOST + 2] = "";

	assert_int_equal(provision_draft_check(cx, &d), ERR_OK);
	memset(long_id, 'x', PROVISION_EXTERNAL_ID_MOST);
	d.external_id = long_id;
	assert_int_equal(provision_draft_check(cx, &d), ERR_OK);
	long_id[PROVISION_EXTERNAL_ID_MOST] = 'x';
	assert_int_equal(provision_draft_check(cx, &d), ERR_INVALID);
	assert_string_equal(cx->faults->pointer, "/external_id");
	ctx_clear(cx);
	d.external_id = "";
	assert_int_equal(provision_draft_check(cx, &d), ERR_INVALID);
}

static void
what_is_not_known_is_absent(void **state)
{
	struct ctx *cx = *state;
	const struct provision_record r = {.tenant = "t",
	    .is = {.company_name = "A", .email = "a@b.c", .extra = "{}"},
	    .slug = "s",
	    .status = "active",
	    .created_at = "c",
	    .updated_at = "u"};
	struct provision_record full = r;
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, 4096);
	json_out_init(&o, &b);
	provision_record_put(&o, &r);
	assert_string_equal(buf_text(&b),
	    "{\"tenant\":\"t\",\"company_name\":\"A\",\"email\":\"a@b.c\",\"slug\":"
	    "\"s\","
	    "\"status\":\"active\",\"created_at\":\"c\",\"updated_at\":\"u\"}");
	full.is.extra = "{\"seats\":3,\"x_1\":[]}";
	full.restorable_until = "r";
	buf_reset(&b);
	json_out_init(&o, &b);
	provision_record_put(&o, &full);
	assert_string_equal(buf_text(&b),
	    "{\"tenant\":\"t\",\"company_name\":\"A\",\"email\":\"a@b.c\",\"seats\":3,"
	    "\"x_1\":[],\"slug\":\"s\",\"status\":\"active\",\"created_at\":\"c\","
	    "\"updated_at\":\"u\",\"restorable_until\":\"r\"}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(what_the_schema_adds_is_kept_as_it_is),
	    UNIT_CTX_TEST(what_it_does_not_name_is_dropped),
	    UNIT_CTX_TEST(what_the_server_answers_itself_is_not_taken),
	    UNIT_CTX_TEST(a_body_without_members_makes_an_empty_draft),
	    UNIT_CTX_TEST(bounds_hold_whatever_the_schema_says),
	    UNIT_CTX_TEST(what_is_not_known_is_absent),
	};

	return UNIT_RUN(tests);
}
