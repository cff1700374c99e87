/* test_identity.c - how Cognito is asked, what its answers mean, and what is not told
 * again. */
#include <stdio.h>

#include "identity/state.h"
#include "unit.h"

static char empty[] = "", pool[] = "eu-west-1_Pool", region[] = "eu-west-1",
	    endpoint[] = "http://127.0.0.1:9229", root[] = "http://127.0.0.1:9229/";
static char key_id[] = "AKIDEXAMPLEKEY", secret[] = "wJalrXUtnFEMI/secret+key";

static struct conf settings = {
    .cognito_user_pool_id = pool,
    .cognito_endpoint = empty,
    .aws_region = region,
    .aws_access_key_id = key_id,
    .aws_secret_access_key = secret,
};

static const struct identity_provider *
provider(void)
{
	return identity_provider_of(&settings);
}

/* -- which one -- */

static void
test_there_is_none_without_pool_region_and_keys(void **state)
{
	struct conf without[4] = {settings, settings, settings, settings};

	(void)state;
	without[0].cognito_user_pool_id = empty;
	without[1].aws_region = empty;
	without[2].aws_access_key_id = empty;
	without[3].aws_secret_access_key = empty;
	assert_string_equal(provider()->name, "cognito");
	for (size_t i = 0; i < COUNT_OF(without); i++)
		assert_null(identity_provider_of(&without[i]));
}

/* -- asking -- */

static struct transfer_request
ask(struct ctx *cx, const char *user, const struct identity_changes *changes)
{
	struct transfer_request rq = {0};

	assert_int_equal(provider()->write(cx, &settings, user, changes, &rq), ERR_OK);
	return rq;
}

static const struct identity_changes two = {
    .list = {{"custom:plan", "\"pro\"\n"}, {"custom:status", ""}}, .count = 2};

static void
test_the_request_names_pool_user_and_changes(void **state)
{
	struct transfer_request rq = ask(*state, "us\"er", &two);

	assert_string_equal(rq.method, "POST");
	assert_string_equal(rq.url, "https://cognito-idp.eu-west-1.amazonaws.com/");
	assert_string_equal(rq.headers[0], "Content-Type: application/x-amz-json-1.1");
	assert_string_equal(rq.headers[1],
	    "X-Amz-Target: "
	    "AWSCognitoIdentityProviderService.AdminUpdateUserAttributes");
	assert_null(rq.headers[2]);
	assert_string_equal(rq.body.p,
	    "{\"UserPoolId\":\"eu-west-1_Pool\",\"Username\":\"us\\\"er\","
	    "\"UserAttributes\":[{\"Name\":\"custom:plan\",\"Value\":"
	    "\"\\\"pro\\\"\\n\"}"
	    ",{\"Name\":\"custom:status\",\"Value\":\"\"}]}");
	assert_int_equal(rq.body.n, strlen(rq.body.p));
	assert_true(rq.timeout_ms > 0 && rq.timeout_ms < 15000);
	assert_int_equal(rq.reach, TRANSFER_TO_OPERATORS);
}

static void
test_the_request_is_signed_for_the_region(void **state)
{
	struct transfer_request rq = ask(*state, "u", &two);

	assert_string_equal(rq.aws->region, "eu-west-1");
	assert_string_equal(rq.aws->service, "cognito-idp");
	assert_string_equal(rq.aws->key_id, key_id);
	assert_string_equal(rq.aws->secret, secret);
	assert_null(strstr(rq.body.p, key_id));
}

static void
test_an_endpoint_of_the_settings_is_asked_instead(void **state)
{
	settings.cognito_endpoint = endpoint;
	assert_string_equal(ask(*state, "u", &two).url, "http://127.0.0.1:9229/");
	settings.cognito_endpoint = root;
	assert_string_equal(ask(*state, "u", &two).url, "http://127.0.0.1:9229/");
	settings.cognito_endpoint = empty;
}

static void
test_attributes_that_are_too_long_are_refused(void **state)
{
	struct ctx *cx = *state;
	struct transfer_request rq;
	char *value = arena_alloc(cx->mem, 40 * 1024);
	struct identity_changes changes = {
	    .list = {{"custom:plan", value}}, .count = 1};

	memset(value, 'x', 40 * 1024 - 1);
	value[40 * 1024 - 1] = '\0';
	assert_int_equal(
	    provider()->write(cx, &settings, "u", &changes, &rq), ERR_INTERNAL);
}

/* -- judging -- */

static struct identity_judgement
judge_reply(struct ctx *cx, const struct transfer_reply *reply)
{
	return provider()->judge(cx, &settings, reply);
}

static struct identity_judgement
judge(struct ctx *cx, int status, const char *body)
{
	const struct transfer_reply reply = {
	    .answered = true, .status = status, .body = slice_of(body)};

	return judge_reply(cx, &reply);
}

static void
test_only_an_object_with_status_200_is_a_yes(void **state)
{
	assert_int_equal(judge(*state, 200, "{}").outcome, IDENTITY_OK);
	assert_null(judge(*state, 200, "{}").why);
	for (const char *const *body = (const char *const[]){"", "[]", "null", "{",
		 "<html>sign in</html>", "\xff", "{}{}", NULL};
	     *body != NULL; body++) {
		struct identity_judgement j = judge(*state, 200, *body);

		assert_int_equal(j.outcome, IDENTITY_AWAY);
		assert_non_null(strstr(j.why, "200"));
	}
	assert_int_equal(judge(*state, 201, "{}").outcome, IDENTITY_AWAY);
	assert_int_equal(judge(*state, 302, "{}").outcome, IDENTITY_AWAY);
}

static void
test_each_type_of_error_has_its_outcome(void **state)
{
	static const struct {
		int status;
		const char *type;
		enum identity_outcome outcome;
	} cases[] = {
	    {400, "UserNotFoundException", IDENTITY_MISSING_USER},
	    {400, "TooManyRequestsException", IDENTITY_THROTTLED},
	    {429, "TooManyRequestsException", IDENTITY_THROTTLED},
	    {400, "ThrottlingException", IDENTITY_THROTTLED},
	    {400, "LimitExceededException", IDENTITY_THROTTLED},
	    {400, "NotAuthorizedException", IDENTITY_DENIED},
	    {400, "AccessDeniedException", IDENTITY_DENIED},
	    {400, "UnrecognizedClientException", IDENTITY_DENIED},
	    {400, "InvalidSignatureException", IDENTITY_DENIED},
	    {403, "SignatureDoesNotMatch", IDENTITY_DENIED},
	    {400, "ResourceNotFoundException", IDENTITY_DENIED},
	    {400, "InvalidParameterException", IDENTITY_BROKEN},
	    {400, "AliasExistsException", IDENTITY_BROKEN},
	    {400, "SomethingNew", IDENTITY_BROKEN},
	    {500, "InternalErrorException", IDENTITY_AWAY},
	    {500, "SomethingNew", IDENTITY_AWAY},
	    {503, "ServiceUnavailable", IDENTITY_AWAY},
	    {400, "UnexpectedLambdaException", IDENTITY_AWAY},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char body[200];
		struct identity_judgement j;

		snprintf(body, sizeof(body),
		    "{\"__type\":\"%s\",\"message\":\"so it is\"}", cases[i].type);
		j = judge(*state, cases[i].status, body);
		assert_int_equal(j.outcome, cases[i].outcome);
		assert_non_null(strstr(j.why, cases[i].type));
		assert_non_null(strstr(j.why, "so it is"));
	}
}

static void
test_a_type_may_have_a_namespace_and_a_place(void **state)
{
	assert_int_equal(judge(*state, 400,
			     "{\"__type\":\"com.amazonaws.cognito#"
			     "UserNotFoundException:http://internal/\"}")
			     .outcome,
	    IDENTITY_MISSING_USER);
}

static void
test_without_a_type_the_status_decides(void **state)
{
	assert_int_equal(judge(*state, 429, "slow down").outcome, IDENTITY_THROTTLED);
	assert_int_equal(judge(*state, 401, "").outcome, IDENTITY_DENIED);
	assert_int_equal(judge(*state, 403, "<html>").outcome, IDENTITY_DENIED);
	assert_int_equal(judge(*state, 400, "{\"__type\":7}").outcome, IDENTITY_AWAY);
	assert_int_equal(judge(*state, 404, "not here").outcome, IDENTITY_AWAY);
	assert_int_equal(judge(*state, 502, "").outcome, IDENTITY_AWAY);
}

static void
test_no_answer_is_away_and_one_we_do_not_ask_for_is_the_operators(void **state)
{
	const struct transfer_reply late = {.reason = "it took too long"},
				    refused = {.refused = true, .reason = "no scheme"};

	assert_int_equal(judge_reply(*state, &late).outcome, IDENTITY_AWAY);
	assert_non_null(strstr(judge_reply(*state, &late).why, "it took too long"));
	assert_int_equal(judge_reply(*state, &refused).outcome, IDENTITY_DENIED);
}

static void
test_what_an_operator_can_do_is_said(void **state)
{
	assert_non_null(
	    strstr(judge(*state, 400, "{\"__type\":\"InvalidParameterException\"}").why,
		"custom:tenant_ID custom:businessid custom:plan custom:status "
		"custom:onboarding"));
	assert_non_null(
	    strstr(judge(*state, 400, "{\"__type\":\"InvalidSignatureException\"}").why,
		"AWS_SECRET_ACCESS_KEY"));
	assert_non_null(
	    strstr(judge(*state, 400, "{\"__type\":\"AccessDeniedException\"}").why,
		"AdminUpdateUserAttributes"));
}

static void
test_a_key_is_never_repeated(void **state)
{
	char body[300];

	for (const char *const *key = (const char *const[]){key_id, secret, NULL};
	     *key != NULL; key++) {
		struct identity_judgement j;

		snprintf(body, sizeof(body),
		    "{\"__type\":\"UnrecognizedClientException\",\"message\":\"who is "
		    "%s?\"}",
		    *key);
		j = judge(*state, 400, body);
		assert_int_equal(j.outcome, IDENTITY_DENIED);
		assert_null(strstr(j.why, *key));
	}
}

static void
test_a_long_message_is_cut_between_characters(void **state)
{
	struct ctx *cx = *state;
	struct buf b;
	struct identity_judgement j;

	buf_init(&b, cx->mem, 10000);
	buf_puts(&b, "{\"__type\":\"NotAuthorizedException\",\"message\":\"x");
	for (int i = 0; i < 1000; i++)
		buf_puts(&b, "\xc3\xa9");
	buf_puts(&b, "\"}");
	j = judge(cx, 400, buf_text(&b));
	assert_true(strlen(j.why) < 500);
	assert_true(utf8_valid(j.why, strlen(j.why), true));
}

/* -- what differs -- */

static struct identity_changes
compare(struct ctx *cx, const char *told, const char *const *wanted)
{
	struct identity_state s = {0};
	struct identity_changes changes;

	assert_int_equal(json_parse(cx, told, strlen(told), 0, &s.attributes), ERR_OK);
	identity_state_compare(provider(), &s, wanted, &changes);
	return changes;
}

static const char *const wanted[IDENTITY_ATTRIBUTE_COUNT] = {
    [IDENTITY_TENANT_ID] = "acme",
    [IDENTITY_NUMBER] = "a72443f2-f3d1-55c8-9bed-2dcc1bfd16b9",
    [IDENTITY_PLAN] = "free",
    [IDENTITY_STATUS] = "active",
    [IDENTITY_ONBOARDING] = "pending",
};
static const char *const nothing[IDENTITY_ATTRIBUTE_COUNT] = {NULL};
#define TOLD(plan)                                                                     \
	"{\"custom:tenant_ID\":\"acme\",\"custom:plan\":" plan                         \
	",\"custom:businessid\":\"a72443f2-f3d1-55c8-9bed-2dcc1bfd16b9\","             \
	"\"custom:status\":\"active\",\"custom:onboarding\":\"pending\"}"

static void
test_whoever_was_never_told_of_gets_everything(void **state)
{
	struct identity_changes c = compare(*state, "{}", wanted);

	assert_int_equal(c.count, IDENTITY_ATTRIBUTE_COUNT);
	assert_string_equal(c.list[0].name, "custom:tenant_ID");
	assert_string_equal(c.list[0].value, "acme");
}

static void
test_what_was_acknowledged_is_not_told_again(void **state)
{
	assert_int_equal(compare(*state, TOLD("\"free\""), wanted).count, 0);
	assert_int_equal(compare(*state, "{}", nothing).count, 0);
}

static void
test_only_what_changed_is_told(void **state)
{
	struct identity_changes c = compare(*state, TOLD("\"enterprise\""), wanted);

	assert_int_equal(c.count, 1);
	assert_string_equal(c.list[0].name, "custom:plan");
	assert_string_equal(c.list[0].value, "free");
}

static void
test_what_is_in_doubt_is_told_again(void **state)
{
	assert_int_equal(compare(*state, TOLD("null"), wanted).count, 1);
	assert_string_equal(
	    compare(*state, "{\"custom:plan\":null}", nothing).list[0].value, "");
}

static void
test_whoever_has_no_tenant_any_more_loses_what_they_had(void **state)
{
	struct identity_changes c = compare(*state, TOLD("\"free\""), nothing);

	assert_int_equal(c.count, IDENTITY_ATTRIBUTE_COUNT);
	for (int i = 0; i < c.count; i++)
		assert_string_equal(c.list[i].value, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(test_there_is_none_without_pool_region_and_keys),
	    UNIT_CTX_TEST(test_the_request_names_pool_user_and_changes),
	    UNIT_CTX_TEST(test_the_request_is_signed_for_the_region),
	    UNIT_CTX_TEST(test_an_endpoint_of_the_settings_is_asked_instead),
	    UNIT_CTX_TEST(test_attributes_that_are_too_long_are_refused),
	    UNIT_CTX_TEST(test_only_an_object_with_status_200_is_a_yes),
	    UNIT_CTX_TEST(test_each_type_of_error_has_its_outcome),
	    UNIT_CTX_TEST(test_a_type_may_have_a_namespace_and_a_place),
	    UNIT_CTX_TEST(test_without_a_type_the_status_decides),
	    UNIT_CTX_TEST(
		test_no_answer_is_away_and_one_we_do_not_ask_for_is_the_operators),
	    UNIT_CTX_TEST(test_what_an_operator_can_do_is_said),
	    UNIT_CTX_TEST(test_a_key_is_never_repeated),
	    UNIT_CTX_TEST(test_a_long_message_is_cut_between_characters),
	    UNIT_CTX_TEST(test_whoever_was_never_told_of_gets_everything),
	    UNIT_CTX_TEST(test_what_was_acknowledged_is_not_told_again),
	    UNIT_CTX_TEST(test_only_what_changed_is_told),
	    UNIT_CTX_TEST(test_what_is_in_doubt_is_told_again),
	    UNIT_CTX_TEST(test_whoever_has_no_tenant_any_more_loses_what_they_had),
	};

	return UNIT_RUN(tests);
}
