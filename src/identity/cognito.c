/*
 * cognito.c - Amazon Cognito user pools as an identity provider.
 *
 * AdminUpdateUserAttributes, by Amazon's JSON 1.1 protocol: the action is named by a
 * header, the request signed (Signature Version 4), and an error is told by the last
 * part of "__type". An attribute that is given an empty value is removed.
 */
#include <string.h>

#include "base/str.h"
#include "identity/provider.h"
#include "json/json.h"

enum {
	BODY_MAX = 32 * 1024,
	ANSWER_MAX = 64 * 1024,
	TIMEOUT_MS = 5000,
	SHOWN_MAX = 200
};

static const char *const names[IDENTITY_ATTRIBUTE_COUNT] = {
#define ATTRIBUTE(sym, cognito, meaning) [IDENTITY_##sym] = (cognito),
#include "identity/attributes.def"
#undef ATTRIBUTE
};

#define ATTRIBUTE(sym, cognito, meaning) " " cognito
static const char pool_needs[] = "the pool must have the attributes"
#include "identity/attributes.def"
				 ", and let them be changed";
#undef ATTRIBUTE

static const char keys[] = "see AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
static const char rights[] =
    "the access key must be allowed cognito-idp:AdminUpdateUserAttributes";
static const char place[] = "see COGNITO_USER_POOL_ID and AWS_REGION";

/* What Cognito and the layers in front of it answer. */
static const struct refusal {
	const char *type;
	enum identity_outcome outcome;
	const char *advice;
} refusals[] = {
    {"UserNotFoundException", IDENTITY_MISSING_USER, NULL},
    {"TooManyRequestsException", IDENTITY_THROTTLED, NULL},
    {"ThrottlingException", IDENTITY_THROTTLED, NULL},
    {"Throttling", IDENTITY_THROTTLED, NULL},
    {"RequestLimitExceeded", IDENTITY_THROTTLED, NULL},
    {"LimitExceededException", IDENTITY_THROTTLED, NULL},
    {"NotAuthorizedException", IDENTITY_DENIED, rights},
    {"AccessDeniedException", IDENTITY_DENIED, rights},
    {"OptInRequired", IDENTITY_DENIED, rights},
    {"UnrecognizedClientException", IDENTITY_DENIED, keys},
    {"InvalidClientTokenId", IDENTITY_DENIED, keys},
    {"InvalidSignatureException", IDENTITY_DENIED, keys},
    {"SignatureDoesNotMatch", IDENTITY_DENIED, keys},
    {"IncompleteSignatureException", IDENTITY_DENIED, keys},
    {"MissingAuthenticationTokenException", IDENTITY_DENIED, keys},
    {"ExpiredTokenException", IDENTITY_DENIED, keys},
    {"RequestExpired", IDENTITY_DENIED, "see this host's clock"},
    {"ResourceNotFoundException", IDENTITY_DENIED, place},
    {"InvalidParameterException", IDENTITY_BROKEN, pool_needs},
    {"InternalErrorException", IDENTITY_AWAY, NULL},
    {"InternalFailure", IDENTITY_AWAY, NULL},
    {"ServiceUnavailable", IDENTITY_AWAY, NULL},
    {"UnexpectedLambdaException", IDENTITY_AWAY, NULL},
    {"InvalidLambdaResponseException", IDENTITY_AWAY, NULL},
};

/* -- asking -- */

static const char *
address(struct ctx *cx, const struct conf *conf)
{
	const char *end = conf->cognito_endpoint;

	if (!str_is_set(end))
		return arena_printf(
		    cx->mem, "https://cognito-idp.%s.amazonaws.com/", conf->aws_region);
	return arena_printf(
	    cx->mem, "%s%s", end, end[strlen(end) - 1] == '/' ? "" : "/");
}

static void
put_changes(struct json_out *o, const struct identity_changes *changes)
{
	json_name(o, "UserAttributes");
	json_open_array(o);
	for (int i = 0; i < changes->count; i++) {
		json_open_object(o);
		json_member_text(o, "Name", changes->list[i].name);
		json_member_text(o, "Value", changes->list[i].value);
		json_close_object(o);
	}
	json_close_array(o);
}

/* For what cx->mem lives. */
static const struct transfer_aws *
credentials(struct ctx *cx, const struct conf *conf)
{
	struct transfer_aws *aws = arena_alloc(cx->mem, sizeof(*aws));

	*aws = (struct transfer_aws){
	    .region = conf->aws_region,
	    .service = "cognito-idp",
	    .key_id = conf->aws_access_key_id,
	    .secret = conf->aws_secret_access_key,
	};
	return aws;
}

static enum err
write_attributes(struct ctx *cx, const struct conf *conf, const char *user_id,
    const struct identity_changes *changes, struct transfer_request *out)
{
	static const char *const headers[] = {
	    "Content-Type: application/x-amz-json-1.1",
	    "X-Amz-Target: AWSCognitoIdentityProviderService.AdminUpdateUserAttributes",
	    NULL};
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, BODY_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "UserPoolId", conf->cognito_user_pool_id);
	json_member_text(&o, "Username", user_id);
	put_changes(&o, changes);
	json_close_object(&o);
	if (b.failed)
		return err_set(&cx->err, ERR_INTERNAL,
		    "the attributes of a user are too long for Cognito");
	*out = (struct transfer_request){
	    .method = "POST",
	    .url = address(cx, conf),
	    .headers = headers,
	    .body = {b.p, b.n},
	    .timeout_ms = TIMEOUT_MS,
	    .reply_max = ANSWER_MAX,
	    .reach = TRANSFER_TO_OPERATORS,
	    .aws = credentials(cx, conf),
	};
	return ERR_OK;
}

/* -- judging -- */

/* "namespace#Type:where" is a Type. */
static struct slice
type_of(const struct json *answer)
{
	const char *text = json_get_text(answer, "__type"), *hash;

	if (text == NULL)
		return (struct slice){"", 0};
	hash = strrchr(text, '#');
	text = hash != NULL ? hash + 1 : text;
	return (struct slice){text, strcspn(text, ":")};
}

/* The message, cut; one that shows a key is not repeated. */
static const char *
message_of(struct ctx *cx, const struct conf *conf, const struct json *answer)
{
	const char *text = json_get_text(answer, "message");
	size_t n;

	if (text == NULL)
		text = json_get_text(answer, "Message");
	if (text == NULL)
		return "without a message";
	if (strstr(text, conf->aws_access_key_id) != NULL ||
	    strstr(text, conf->aws_secret_access_key) != NULL)
		return "its message shows a key and is left out";
	n = strlen(text);
	for (; n > SHOWN_MAX || (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80); n--)
		;
	return slice_dup(cx->mem, slice_trim((struct slice){text, n}));
}

static enum identity_outcome
outcome_of_status(int status)
{
	if (status == 429)
		return IDENTITY_THROTTLED;
	if (status == 401 || status == 403)
		return IDENTITY_DENIED;
	return IDENTITY_AWAY;
}

static const struct refusal *
find_refusal(struct slice type)
{
	for (size_t i = 0; i < COUNT_OF(refusals); i++)
		if (slice_eq(type, refusals[i].type))
			return &refusals[i];
	return NULL;
}

static struct identity_judgement
judge_refusal(
    struct ctx *cx, const struct conf *conf, int status, const struct json *answer)
{
	struct slice type = type_of(answer);
	const struct refusal *known = find_refusal(type);
	struct identity_judgement j = {outcome_of_status(status), NULL};
	const char *advice = known != NULL ? known->advice : NULL;

	if (known != NULL)
		j.outcome = known->outcome;
	else if (type.n > 0 && status == 400)
		j.outcome = IDENTITY_BROKEN;
	if (type.n == 0)
		j.why = arena_printf(cx->mem,
		    "Cognito's address answers with status %d, and not as Cognito does",
		    status);
	else
		j.why = arena_printf(cx->mem, "Cognito answers with %.*s: %s%s%s",
		    (int)(type.n < SHOWN_MAX ? type.n : SHOWN_MAX), type.p,
		    message_of(cx, conf, answer), advice != NULL ? "; " : "",
		    advice != NULL ? advice : "");
	return j;
}

static struct identity_judgement
judge(struct ctx *cx, const struct conf *conf, const struct transfer_reply *reply)
{
	const struct json *answer = NULL;

	if (!reply->answered)
		return (struct identity_judgement){
		    reply->refused ? IDENTITY_DENIED : IDENTITY_AWAY,
		    arena_printf(
			cx->mem, "could not reach Cognito: %s", reply->reason)};
	if (json_parse(cx, reply->body.p, reply->body.n, 0, &answer) != ERR_OK)
		ctx_clear(cx);
	if (reply->status == 200 && json_type(answer) == JSON_OBJECT)
		return (struct identity_judgement){IDENTITY_OK, NULL};
	return judge_refusal(cx, conf, reply->status, answer);
}

const struct identity_provider identity_cognito = {
    .name = "cognito",
    .attributes = names,
    .write = write_attributes,
    .judge = judge,
};
