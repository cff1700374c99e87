#include "unit.h"

#include "net/redis.h"
#include "net/s3.h"
#include "outside/storage.h"

/* -- URLs of Redis -- */

static void
a_url_says_where_redis_is(void **state)
{
	static const struct {
		const char *url;
		struct redis_place p;
	} cases[] = {
	    {"redis://h", {.host = "h", .port = 6379}},
	    {"redis://h/", {.host = "h", .port = 6379}},
	    {"redis://h:1/15", {.host = "h", .port = 1, .database = 15}},
	    {"redis://[::1]:6380/2", {.host = "::1", .port = 6380, .database = 2}},
	    {"redis://[::1]", {.host = "::1", .port = 6379}},
	    {"redis://:p@h", {.host = "h", .password = "p", .port = 6379}},
	    {"redis://u%40:p%2F%3a@h",
		{.host = "h", .user = "u@", .password = "p/:", .port = 6379}},
	    {"redis://u:@h", {.host = "h", .user = "u", .password = "", .port = 6379}},
	    {"unix:///a/b%20c", {.path = "/a/b c"}},
	    {"unix://u:p@/s?db=3",
		{.path = "/s", .user = "u", .password = "p", .database = 3}},
	};
	struct ctx *cx = *state;
	struct redis_place p;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct redis_place *want = &cases[i].p;
		const char *texts[][2] = {{want->host, NULL}, {want->path, NULL},
		    {want->user, NULL}, {want->password, NULL}};

		assert_null(redis_place_read(cx->mem, cases[i].url, &p));
		texts[0][1] = p.host;
		texts[1][1] = p.path;
		texts[2][1] = p.user;
		texts[3][1] = p.password;
		for (size_t t = 0; t < COUNT_OF(texts); t++)
			if (texts[t][0] == NULL)
				assert_null(texts[t][1]);
			else
				assert_string_equal(texts[t][1], texts[t][0]);
		assert_int_equal(p.port, want->port);
		assert_int_equal(p.database, want->database);
	}
}

static void
what_is_no_url_of_redis_is_refused(void **state)
{
	static const struct {
		const char *url, *why;
	} cases[] = {
	    {"http://h", "begins with neither"},
	    {"rediss://h", "asks for TLS"},
	    {"redis://", "names no host"},
	    {"redis://:6379", "names no host"},
	    {"redis://h:0", "port"},
	    {"redis://h:65536", "port"},
	    {"redis://h:x", "port"},
	    {"redis://[::1", "port"},
	    {"redis://[::1]x", "between host and port"},
	    {"redis://h/x", "database"},
	    {"redis://h/-1", "database"},
	    {"redis://u@h", "without a password"},
	    {"redis://u:%4@h", "bad escape"},
	    {"redis://u:%00@h", "bad escape"},
	    {"redis://%zz:p@h", "bad escape"},
	    {"unix://s", "no path"},
	    {"unix://", "no path"},
	    {"unix:///s?db=x", "database"},
	    {"unix:///s?x=1", "db="},
	};
	struct ctx *cx = *state;
	struct redis_place p;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *why = redis_place_read(cx->mem, cases[i].url, &p);

		assert_non_null(why);
		assert_non_null(strstr(why, cases[i].why));
	}
}

static void
a_url_of_redis_is_read_as_it_was_written(void **state)
{
	static const struct redis_place places[] = {
	    {.host = "h", .user = "u:/@", .password = "%p?#", .port = 1, .database = 2},
	    {.host = "::1", .password = "p", .port = 6379},
	    {.path = "/a b?c", .user = "u", .password = "p", .database = 7},
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(places); i++) {
		const char *url = redis_place_url(cx->mem, &places[i]);
		struct redis_place p;

		assert_non_null(url);
		assert_null(redis_place_read(cx->mem, url, &p));
		assert_string_equal(redis_place_url(cx->mem, &p), url);
		assert_string_equal(p.password, places[i].password);
		assert_int_equal(p.database, places[i].database);
	}
}

static void
a_url_that_is_none_is_told_without_its_secret(void **state)
{
	struct ctx *cx = *state;
	struct redis *r =
	    redis_new(&(const struct redis_settings){"redis://u:secret%@h", 100});
	const struct redis_reply *reply;

	assert_int_equal(
	    redis_ask_texts(cx, r, REDIS_WORDS("PING"), &reply), ERR_CONFIG);
	assert_null(strstr(cx->err.message, "secret"));
	redis_free(r);
	r = redis_new(&(const struct redis_settings){"unix://u:secret@/nowhere", 100});
	assert_int_equal(
	    redis_ask_texts(cx, r, REDIS_WORDS("PING"), &reply), ERR_UNAVAILABLE);
	assert_null(strstr(cx->err.message, "secret"));
	redis_free(r);
}

/* -- XML -- */

static void
texts_of_xml_are_read_one_after_the_other(void **state)
{
	static const char text[] =
	    "<?xml version=\"1.0\"?><L xmlns=\"x\"><Key>a&amp;b</Key><Key/>"
	    "<Key>&lt;&gt;&quot;&apos;</Key><Key>&#228;&#x20AC;&#x1F600;</Key>"
	    "<Key>&none;&#0;&#x110000;&</Key><Key></Key><Key>open";
	static const char *const want[] = {"a&b", "<>\"'",
	    "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "&none;&#0;&#x110000;&", ""};
	struct slice rest = slice_of(text);
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(want); i++)
		assert_string_equal(s3_next_text(cx->mem, &rest, "Key"), want[i]);
	assert_null(s3_next_text(cx->mem, &rest, "Key"));
	rest = (struct slice){NULL, 0};
	assert_null(s3_next_text(cx->mem, &rest, "Key"));
}

/* -- keys and names -- */

static void
keys_that_lead_elsewhere_are_refused(void **state)
{
	static const char *const good[] = {
	    "a", "a/b", "a/", "...", "a..b/.c", ".tenantdx", "\xC3\xA4 b"};
	static const char *const bad[] = {"", "/", "/a", "a//b", ".", "..", "a/..",
	    "../a", "a/./b", "./", "a\nb", "a\x7f", "\xFF", ".tenantd", ".tenantd/",
	    ".tenantd/a"};
	char longest[STORAGE_KEY_MAX + 2];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_null(storage_refuse_key(good[i]));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_non_null(storage_refuse_key(bad[i]));
	memset(longest, 'a', sizeof(longest));
	longest[STORAGE_KEY_MAX] = '\0';
	assert_null(storage_refuse_key(longest));
	longest[STORAGE_KEY_MAX] = 'a';
	longest[STORAGE_KEY_MAX + 1] = '\0';
	assert_non_null(storage_refuse_key(longest));
}

static struct conf
settings_of(char *const prefix, char *const addressing, char *const endpoint)
{
	static char none[] = "", mode[] = "bucket", region[] = "eu-west-1", key[] = "k";

	return (struct conf){.s3_mode = mode,
	    .s3_bucket = none,
	    .s3_bucket_prefix = prefix,
	    .s3_endpoint = endpoint,
	    .s3_region = none,
	    .aws_region = region,
	    .s3_access_key_id = none,
	    .aws_access_key_id = key,
	    .s3_secret_access_key = none,
	    .aws_secret_access_key = key,
	    .s3_addressing = addressing};
}

static void
names_of_buckets_are_names_of_buckets(void **state)
{
	static const char *const slugs[] = {"acme", "",
	    "a-very-long-slug-that-goes-on-and-on-and-on-until-it-is-far-too-long",
	    "ends-", "\xC3\xA4\xC3\xB6"};
	char prefix[] = "tdt-", automatic[] = "auto", none[] = "";
	const struct conf conf = settings_of(prefix, automatic, none);
	char a[STORAGE_BUCKET_SIZE], b[STORAGE_BUCKET_SIZE];
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(slugs); i++) {
		assert_int_equal(storage_bucket_name(cx, &conf, slugs[i], a), ERR_OK);
		assert_int_equal(storage_bucket_name(cx, &conf, slugs[i], b), ERR_OK);
		assert_string_not_equal(a, b);
		assert_true(strlen(a) <= 63 && strncmp(a, "tdt", 3) == 0);
		assert_null(strstr(a, "--"));
		assert_int_equal(
		    strspn(a, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(a));
	}
}

static void
a_bucket_is_named_where_the_settings_say(void **state)
{
	static const struct {
		const char *addressing, *endpoint, *url;
	} cases[] = {
	    {"auto", "", "https://b.s3.eu-west-1.amazonaws.com/k%20y?"},
	    {"path", "", "https://s3.eu-west-1.amazonaws.com/b/k%20y?"},
	    {"auto", "http://h:9000", "http://h:9000/b/k%20y?"},
	    {"host", "https://h", "https://b.h/k%20y?"},
	};
	char prefix[] = "tdt-";
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct conf conf =
		    settings_of(prefix, arena_strdup(cx->mem, cases[i].addressing),
			arena_strdup(cx->mem, cases[i].endpoint));
		const struct storage_place place = {.bucket = "b", .prefix = ""};
		const struct storage_grant g = {
		    .method = "GET", .key = "k y", .expires_s = 1, .now_s = 1};
		const char *url = NULL;

		assert_int_equal(storage_presign(cx, &conf, &place, &g, &url), ERR_OK);
		assert_memory_equal(url, cases[i].url, strlen(cases[i].url));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(a_url_says_where_redis_is),
	    UNIT_CTX_TEST(what_is_no_url_of_redis_is_refused),
	    UNIT_CTX_TEST(a_url_of_redis_is_read_as_it_was_written),
	    UNIT_CTX_TEST(a_url_that_is_none_is_told_without_its_secret),
	    UNIT_CTX_TEST(texts_of_xml_are_read_one_after_the_other),
	    UNIT_CTX_TEST(keys_that_lead_elsewhere_are_refused),
	    UNIT_CTX_TEST(names_of_buckets_are_names_of_buckets),
	    UNIT_CTX_TEST(a_bucket_is_named_where_the_settings_say),
	};

	return UNIT_RUN(tests);
}
