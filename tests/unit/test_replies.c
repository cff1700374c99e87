#include "unit.h"

#include <stdio.h>

#include "controllers/replies.h"
#include "controllers/routes.h"
#include "json/json.h"

static bool
has_reply(const char *handler)
{
	for (size_t i = 0; i < reply_count; i++)
		if (strcmp(replies[i].handler, handler) == 0)
			return true;
	return false;
}

static void
every_handler_says_what_it_answers(void **state)
{
	int silent = 0;

	(void)state;
	for (int i = 0; i < ROUTE_COUNT; i++)
		if (!has_reply(routes[i].name)) {
			printf("%s has no row in replies.def\n", routes[i].name);
			silent++;
		}
	assert_int_equal(silent, 0);
}

/* One status and media type has one schema. */
static void
no_reply_is_told_twice(void **state)
{
	(void)state;
	for (size_t i = 0; i < reply_count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(replies[i].handler, replies[j].handler) == 0 &&
			    replies[i].status == replies[j].status &&
			    replies[i].media == replies[j].media)
				fail_msg("%s has %d twice", replies[i].handler,
				    replies[i].status);
}

static const struct json *
parsed(struct ctx *cx, const char *text)
{
	const struct json *v = NULL;

	assert_int_equal(json_parse(cx, text, strlen(text), 0, &v), ERR_OK);
	return v;
}

static void
query_parameters_are_told_once_with_a_schema(void **state)
{
	struct ctx *cx = *state;

	for (size_t i = 0; i < query_param_count; i++) {
		const struct query_param *q = &query_params[i];

		assert_int_equal(json_type(parsed(cx, q->schema)), JSON_OBJECT);
		assert_true(q->name[0] != '\0' && q->summary[0] != '\0');
		for (size_t j = 0; j < i; j++)
			if (strcmp(q->handler, query_params[j].handler) == 0 &&
			    strcmp(q->name, query_params[j].name) == 0)
				fail_msg("%s has \"%s\" twice", q->handler, q->name);
	}
}

/* -- the schemas -- */

static bool used[REPLY_SCHEMA_COUNT];

static enum reply_schema
schema_of(struct slice file)
{
	for (int i = REPLY_SCHEMA_NONE + 1; i < REPLY_SCHEMA_COUNT; i++) {
		const size_t n = strlen(reply_schema_texts[i].name);

		if (file.n == n + 5 &&
		    memcmp(file.p, reply_schema_texts[i].name, n) == 0 &&
		    memcmp(file.p + n, ".json", 5) == 0)
			return (enum reply_schema)i;
	}
	return REPLY_SCHEMA_NONE;
}

static void
use_references(const char *text)
{
	static const char mark[] = "\"$ref\": \"";

	while ((text = strstr(text, mark)) != NULL) {
		const char *ref = text + strlen(mark);
		const struct slice file = {ref, strcspn(ref, "\"")};
		const enum reply_schema schema = schema_of(file);

		text = ref;
		if (*ref == '#')
			continue;
		if (schema == REPLY_SCHEMA_NONE)
			fail_msg("there is no %.*s", (int)file.n, file.p);
		used[schema] = true;
	}
}

static void
schemas_are_titled_and_used_and_refer_to_each_other(void **state)
{
	struct ctx *cx = *state;

	for (size_t i = 0; i < reply_count; i++)
		used[replies[i].schema] = true;
	for (int i = REPLY_SCHEMA_NONE + 1; i < REPLY_SCHEMA_COUNT; i++) {
		const struct json *schema = parsed(cx, reply_schema_texts[i].text);

		assert_true(str_is_set(json_get_text(schema, "title")));
		use_references(reply_schema_texts[i].text);
	}
	for (int i = REPLY_SCHEMA_NONE + 1; i < REPLY_SCHEMA_COUNT; i++)
		if (!used[i])
			fail_msg("nothing answers %s.json", reply_schema_texts[i].name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_handler_says_what_it_answers),
	    cmocka_unit_test(no_reply_is_told_twice),
	    UNIT_CTX_TEST(query_parameters_are_told_once_with_a_schema),
	    UNIT_CTX_TEST(schemas_are_titled_and_used_and_refer_to_each_other),
	};

	return UNIT_RUN(tests);
}
