#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "creation/engine.h"
#include "creation/plan.h"
#include "creation/show.h"

static struct conf
settings(void)
{
	static char isolation[] = "schema", mode[] = "prefix", bucket[] = "files";

	return (struct conf){
	    .tenant_isolation = isolation, .s3_mode = mode, .s3_bucket = bucket};
}

static enum err
read_plan(struct ctx *cx, const char *text, struct creation_plan *plan)
{
	const struct conf conf = settings();
	const struct json *body;

	ctx_clear(cx);
	assert_int_equal(json_parse(cx, text, strlen(text), 0, &body), ERR_OK);
	return creation_plan_read(cx, &conf, body, plan);
}

static bool
has_fault(const struct ctx *cx, const char *pointer)
{
	for (const struct fault *f = cx->faults; f != NULL; f = f->next)
		if (strcmp(f->pointer, pointer) == 0)
			return true;
	return false;
}

static void
what_is_not_said_is_filled_in(void **state)
{
	struct ctx *cx = *state;
	struct creation_plan p;

	assert_int_equal(read_plan(cx, "{\"name\":\"A\"}", &p), ERR_OK);
	assert_string_equal(p.isolation, "schema");
	assert_string_equal(p.plan, "free");
	assert_string_equal(p.billing_cycle, "monthly");
	assert_string_equal(p.on_failure, "rollback");
	assert_null(p.slug);
	assert_null(p.server);
	assert_null(p.policy);
	assert_string_equal(
	    json_print(cx->mem, json_get(p.features, "auth")), "[\"password\"]");
}

static void
every_fault_is_told_at_once(void **state)
{
	struct ctx *cx = *state;
	struct creation_plan p;

	assert_int_equal(
	    read_plan(cx,
		"{\"name\":\" \\t\",\"isolation\":\"none\",\"planId\":\"x\","
		"\"billingCycle\":\"x\",\"onFailure\":\"x\",\"adminEmail\":\"x\","
		"\"features\":{\"auth\":[\"x\"]},"
		"\"securityPolicy\":{\"password\":{\"minLength\":-1}}}",
		&p),
	    ERR_INVALID);
	assert_true(has_fault(cx, "/name"));
	assert_true(has_fault(cx, "/isolation"));
	assert_true(has_fault(cx, "/planId"));
	assert_true(has_fault(cx, "/billingCycle"));
	assert_true(has_fault(cx, "/onFailure"));
	assert_true(has_fault(cx, "/adminEmail"));
	assert_true(has_fault(cx, "/features/auth/0"));
	assert_true(has_fault(cx, "/securityPolicy/password/minLength"));
}

static void
a_plan_is_read_back_as_it_was_kept(void **state)
{
	struct ctx *cx = *state;
	struct creation_plan p, q;
	const char *text, *email;

	assert_int_equal(
	    read_plan(cx,
		"{\"name\":\"A \\\"B\\\"\",\"slug\":\"a\",\"isolation\":\"database\","
		"\"placement\":{\"server\":\"s1\"},\"planId\":\"enterprise\","
		"\"billingCycle\":\"annual\",\"adminEmail\":\"a@example.com\","
		"\"onFailure\":\"hold\",\"webhook\":{\"url\":\"https://h/\"},"
		"\"features\":{\"storage\":[\"s3\"]},"
		"\"securityPolicy\":{\"passwordPolicy\":{\"minLength\":14}}}",
		&p),
	    ERR_OK);
	text = creation_plan_text(cx, &p, "me@example.com");
	assert_int_equal(creation_plan_parse(cx, text, &q, &email), ERR_OK);
	assert_string_equal(email, "me@example.com");
	assert_string_equal(q.name, "A \"B\"");
	assert_string_equal(q.server, "s1");
	assert_string_equal(q.webhook_url, "https://h/");
	assert_string_equal(creation_plan_text(cx, &q, email), text);
	assert_int_equal(
	    json_int(json_get(json_get(q.policy, "password"), "minLength")), 14);
}

static void
a_point_that_no_test_names_is_passed(void **state)
{
	const struct making m = {.step = "audit"};

	unsetenv("TENANTD_TEST_STOP");
	assert_int_equal(creation_point(*state, &m, "begin"), ERR_OK);
	setenv("TENANTD_TEST_STOP", "audit:recorded=fail;roles:begin=kill;;x", 1);
	assert_int_equal(creation_point(*state, &m, "begin"), ERR_OK);
	unsetenv("TENANTD_TEST_STOP");
}

static void
a_point_fails_each_time_or_once(void **state)
{
	struct ctx *cx = *state;
	const struct making m = {.step = "audit"};
	char mark[] = "/tmp/tdpXXXXXX", rule[64];
	int fd = mkstemp(mark);

	assert_true(fd >= 0);
	close(fd);
	unlink(mark);
	setenv("TENANTD_TEST_STOP", "roles:begin=kill;audit:begin=fail", 1);
	assert_int_equal(creation_point(cx, &m, "begin"), ERR_UNAVAILABLE);
	assert_int_equal(creation_point(cx, &m, "begin"), ERR_UNAVAILABLE);
	snprintf(rule, sizeof(rule), "audit:begin=fail:%s", mark);
	setenv("TENANTD_TEST_STOP", rule, 1);
	assert_int_equal(creation_point(cx, &m, "begin"), ERR_UNAVAILABLE);
	assert_int_equal(creation_point(cx, &m, "begin"), ERR_OK);
	unlink(mark);
	unsetenv("TENANTD_TEST_STOP");
}

static void
the_table_begins_with_the_row_and_ends_in_use(void **state)
{
	int activation = 0;

	(void)state;
	assert_string_equal(creation_steps[0].name, "record");
	assert_non_null(creation_steps[0].undo);
	for (int i = 0; i < creation_step_count; i++) {
		if (strcmp(creation_steps[i].name, "activation") == 0)
			activation = i;
		/* what is made outside is in the ledger before it is made */
		assert_true(
		    creation_steps[i].act == NULL || creation_steps[i].intend != NULL);
		assert_true(
		    strspn(creation_steps[i].name, "abcdefghijklmnopqrstuvwxyz_") ==
		    strlen(creation_steps[i].name));
	}
	assert_true(activation > 0);
	for (int i = activation + 1; i < creation_step_count; i++)
		assert_null(creation_steps[i].undo);
	assert_null(creation_resource_find("nothing"));
}

static void
states_have_the_names_that_the_tables_take(void **state)
{
	(void)state;
	for (int i = OPERATION_UNSET + 1; i < OPERATION_STATE_COUNT; i++)
		assert_int_equal(
		    operation_state_of(operation_state_name((enum operation_state)i)),
		    i);
	assert_int_equal(operation_state_of("lost"), OPERATION_UNSET);
	assert_string_equal(operation_step_state_name(STEP_UNDONE), "undone");
}

static void
times_are_summed_by_group(void **state)
{
	struct ctx *cx = *state;
	struct operation_step steps[] = {
	    {.name = "database", .state = STEP_DONE, .duration_us = 1500},
	    {.name = "migrations", .state = STEP_DONE, .duration_us = 501},
	    {.name = "storage", .state = STEP_PENDING, .duration_us = -1},
	    {.name = "roles", .state = STEP_DONE, .duration_us = 7},
	};
	const struct creation_shown shown = {.operation = {.state = OPERATION_RUNNING,
						 .request = "{}",
						 .duration_us = 2500},
	    .steps = steps,
	    .step_count = COUNT_OF(steps)};
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, 65536);
	json_out_init(&o, &b);
	creation_put(&o, &shown);
	assert_non_null(strstr(buf_text(&b), "\"databaseCreationMs\":2.001"));
	assert_non_null(strstr(buf_text(&b), "\"resourceInitializationMs\":0.000"));
	assert_non_null(strstr(buf_text(&b), "\"configurationMs\":0.007"));
	assert_non_null(strstr(buf_text(&b), "\"overallMs\":2.500"));
	assert_non_null(strstr(buf_text(&b), "\"durationMs\":null"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(what_is_not_said_is_filled_in),
	    UNIT_CTX_TEST(every_fault_is_told_at_once),
	    UNIT_CTX_TEST(a_plan_is_read_back_as_it_was_kept),
	    UNIT_CTX_TEST(a_point_that_no_test_names_is_passed),
	    UNIT_CTX_TEST(a_point_fails_each_time_or_once),
	    UNIT_CTX_TEST(the_table_begins_with_the_row_and_ends_in_use),
	    UNIT_CTX_TEST(states_have_the_names_that_the_tables_take),
	    UNIT_CTX_TEST(times_are_summed_by_group),
	};

	return UNIT_RUN(tests);
}
