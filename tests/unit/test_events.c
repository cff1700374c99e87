#include "unit.h"

#include "events/event.h"
#include "json/schema.h"

static const struct schema *
compiled(struct ctx *cx, enum event_kind kind)
{
	const struct schema *s;

	if (schema_compile(cx, cx->mem, event_kind_name(kind),
		slice_of(event_kind_schema(kind)), &s) != ERR_OK)
		fail_msg("%s: %s", event_kind_name(kind), cx->err.message);
	return s;
}

static const struct json *
parsed(struct ctx *cx, const char *text)
{
	const struct json *v;

	if (json_parse(cx, text, strlen(text), 0, &v) != ERR_OK)
		fail_msg("%s: %s", text, cx->err.detail);
	return v;
}

static void
every_kind_has_a_schema_of_its_version(void **state)
{
	struct ctx *cx = *state;

	for (int i = EVENT_UNSET + 1; i < EVENT_COUNT; i++) {
		const enum event_kind kind = (enum event_kind)i;
		const struct json *schema = parsed(cx, event_kind_schema(kind));
		const char *id = json_get_text(schema, "$id"), *last;

		assert_non_null(compiled(cx, kind));
		assert_non_null(id);
		assert_string_equal(json_get_text(schema, "$schema"),
		    "https://json-schema.org/draft/2020-12/schema");
		last = strrchr(id, ':');
		assert_non_null(last);
		assert_string_equal(last + 1, event_kind_version(kind));
	}
}

static void
every_schema_is_closed_and_says_what_must_be_there(void **state)
{
	struct ctx *cx = *state;

	for (int i = EVENT_UNSET + 1; i < EVENT_COUNT; i++) {
		const struct json *schema =
		    parsed(cx, event_kind_schema((enum event_kind)i));
		const struct json *closed = json_get(schema, "additionalProperties");

		assert_int_equal(json_type(closed), JSON_BOOL);
		assert_false(json_bool(closed));
		assert_int_equal(json_count(json_get(schema, "required")),
		    json_count(json_get(schema, "properties")));
	}
}

static void
a_kind_is_found_by_its_name(void **state)
{
	(void)state;
	for (int i = EVENT_UNSET + 1; i < EVENT_COUNT; i++)
		assert_int_equal(event_kind_of(event_kind_name((enum event_kind)i)), i);
	assert_int_equal(event_kind_of("tenant"), EVENT_UNSET);
	assert_int_equal(event_kind_of("tenant.*"), EVENT_UNSET);
	assert_int_equal(event_kind_of(""), EVENT_UNSET);
}

static void
a_kind_of_its_own_form_does_not_get_its_familys(void **state)
{
	(void)state;
	assert_ptr_equal(event_kind_schema(EVENT_TENANT_CREATED),
	    event_kind_schema(EVENT_TENANT_PURGED));
	assert_ptr_equal(event_kind_schema(EVENT_WEBHOOK_CREATED),
	    event_kind_schema(EVENT_WEBHOOK_TEST));
	assert_ptr_not_equal(event_kind_schema(EVENT_WEBHOOK_CREATED),
	    event_kind_schema(EVENT_WEBHOOK_DISABLED));
}

#define TENANT_BUT_STATUS                                                              \
	"\"tenantId\":\"t\",\"tenant\":\"0f4ccd0c-9d5a-4d8f-8c69-3f40bff3c111\","      \
	"\"name\":\"N\",\"slug\":\"n\",\"statusReason\":null,\"planId\":\"free\","     \
	"\"billingCycle\":\"monthly\",\"isolation\":\"shared\","                       \
	"\"onboardingStatus\":\"pending\",\"features\":{},\"ownerId\":null,"           \
	"\"partnerId\":null,\"externalId\":null,"                                      \
	"\"version\":1,\"createdAt\":\"2025-02-10T16:30:00.000Z\","                    \
	"\"updatedAt\":\"2025-02-10T16:30:00.000Z\",\"deactivatedAt\":null"

static void
a_payload_is_checked_by_it(void **state)
{
	static const struct {
		const char *payload;
		unsigned faults;
	} rows[] = {
	    {"{" TENANT_BUT_STATUS ",\"status\":\"active\"}", 0},
	    {"{" TENANT_BUT_STATUS ",\"status\":\"asleep\"}", 1},
	    {"{" TENANT_BUT_STATUS "}", 1},
	    {"{" TENANT_BUT_STATUS ",\"status\":\"active\",\"more\":1}", 1},
	};
	struct ctx *cx = *state;
	const struct schema *s = compiled(cx, EVENT_TENANT_CREATED);

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		enum err rc;

		ctx_clear(cx);
		rc = schema_check(cx, s, parsed(cx, rows[i].payload));
		assert_int_equal(rc, rows[i].faults == 0 ? ERR_OK : ERR_INVALID);
		assert_int_equal(cx->fault_count, rows[i].faults);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(every_kind_has_a_schema_of_its_version),
	    UNIT_CTX_TEST(every_schema_is_closed_and_says_what_must_be_there),
	    cmocka_unit_test(a_kind_is_found_by_its_name),
	    cmocka_unit_test(a_kind_of_its_own_form_does_not_get_its_familys),
	    UNIT_CTX_TEST(a_payload_is_checked_by_it),
	};

	return UNIT_RUN(tests);
}
