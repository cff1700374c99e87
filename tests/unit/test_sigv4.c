#include "unit.h"

#include "crypto/digest.h"
#include "net/sigv4.h"

/* The examples of "Signature Calculations for the Authorization Header" and "Using
 * Query Parameters" in Amazon S3's API reference. */
static const struct sigv4_signer who = {.region = "us-east-1",
    .service = "s3",
    .key_id = "AKIAIOSFODNN7EXAMPLE",
    .secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    .now_s = 1369353600};

#define BUCKET "https://examplebucket.s3.amazonaws.com"

static bool
ends(const char *text, const char *with)
{
	const size_t n = strlen(text), k = strlen(with);

	return n >= k && strcmp(text + n - k, with) == 0;
}

static const char *
authorization(struct ctx *cx, const struct sigv4_request *rq)
{
	struct sigv4_fields f;

	assert_true(sigv4_sign(cx->mem, &who, rq, &f));
	assert_string_equal(f.list[0], "X-Amz-Date: 20130524T000000Z");
	assert_non_null(f.list[2]);
	return f.list[2];
}

static void
requests_are_signed_as_the_examples_are(void **state)
{
	static const char *const range[] = {"Range: bytes=0-9", NULL};
	static const char *const put[] = {"Date: Fri, 24 May 2013 00:00:00 GMT",
	    "x-amz-storage-class:   REDUCED_REDUNDANCY ", NULL};
	static const struct {
		struct sigv4_request rq;
		const char *signature;
	} cases[] = {
	    {{"GET", BUCKET "/test.txt", range, {NULL, 0}},
		"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
	    {{"GET", BUCKET "/?lifecycle", NULL, {NULL, 0}},
		"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
	    {{"GET", BUCKET ":443/?prefix=J&max-keys=2", NULL, {NULL, 0}},
		"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
	    {{"PUT", BUCKET "/test%24file.text", put, {"Welcome to Amazon S3.", 21}},
		"98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_true(
		    ends(authorization(*state, &cases[i].rq), cases[i].signature));
}

static void
a_url_is_signed_as_the_example_is(void **state)
{
	struct ctx *cx = *state;
	const struct sigv4_request rq = {"GET", BUCKET "/test.txt", NULL, {NULL, 0}};

	assert_string_equal(sigv4_presign(cx->mem, &who, &rq, 86400),
	    BUCKET "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
		   "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3"
		   "%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400"
		   "&X-Amz-SignedHeaders=host&X-Amz-Signature="
		   "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

static void
a_url_is_good_for_a_week_at_most(void **state)
{
	struct ctx *cx = *state;
	const struct sigv4_request rq = {"GET", BUCKET "/test.txt", NULL, {NULL, 0}};

	assert_non_null(sigv4_presign(cx->mem, &who, &rq, 1));
	assert_non_null(sigv4_presign(cx->mem, &who, &rq, SIGV4_EXPIRES_MAX));
	assert_null(sigv4_presign(cx->mem, &who, &rq, SIGV4_EXPIRES_MAX + 1));
	assert_null(sigv4_presign(cx->mem, &who, &rq, 0));
}

static void
fields_of_a_signed_url_are_named_in_it(void **state)
{
	static const char *const typed[] = {"Content-Type: text/plain", NULL};
	struct ctx *cx = *state;
	const char *url = sigv4_presign(cx->mem, &who,
	    &(const struct sigv4_request){
		"PUT", BUCKET "/a%20b?x-id=Put%20it&versionId", typed, {NULL, 0}},
	    60);

	assert_non_null(strstr(url, "/a%20b?X-Amz-Algorithm="));
	assert_non_null(strstr(url, "&X-Amz-SignedHeaders=content-type%3Bhost&"));
	assert_non_null(strstr(url, "&versionId=&x-id=Put%20it&X-Amz-Signature="));
}

static void
what_is_no_request_is_not_signed(void **state)
{
	struct ctx *cx = *state;
	struct sigv4_fields f;
	struct sigv4_request rq = {"GET", "examplebucket", NULL, {NULL, 0}};
	char *many = arena_alloc(cx->mem, 70 * 1024);

	assert_false(sigv4_sign(cx->mem, &who, &rq, &f));
	rq.url = "https:///";
	assert_false(sigv4_sign(cx->mem, &who, &rq, &f));
	assert_null(sigv4_presign(cx->mem, &who, &rq, 1));
	memcpy(many, BUCKET "/?", sizeof(BUCKET) + 1);
	for (size_t i = sizeof(BUCKET) + 1; i < 1000; i += 2)
		memcpy(many + i, "a&", 3);
	rq.url = many;
	assert_false(sigv4_sign(cx->mem, &who, &rq, &f));
	assert_null(sigv4_presign(cx->mem, &who, &rq, 1));
}

static void
all_but_what_is_unreserved_is_escaped(void **state)
{
	struct ctx *cx = *state;
	struct buf b;

	buf_init(&b, cx->mem, 1000);
	sigv4_put_escaped(&b, slice_of("aZ09-._~ /+%\xc3\xa4"), false);
	assert_string_equal(buf_text(&b), "aZ09-._~%20%2F%2B%25%C3%A4");
	buf_reset(&b);
	sigv4_put_escaped(&b, (struct slice){"a/\0", 3}, true);
	assert_string_equal(buf_text(&b), "a/%00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(requests_are_signed_as_the_examples_are),
	    UNIT_CTX_TEST(a_url_is_signed_as_the_example_is),
	    UNIT_CTX_TEST(a_url_is_good_for_a_week_at_most),
	    UNIT_CTX_TEST(fields_of_a_signed_url_are_named_in_it),
	    UNIT_CTX_TEST(what_is_no_request_is_not_signed),
	    UNIT_CTX_TEST(all_but_what_is_unreserved_is_escaped),
	};

	return UNIT_RUN(tests);
}
