#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "conf/conf.h"

#define KEY32 "0123456789abcdef0123456789abcdef"
#define KEYS  "SECRET_KEY=" KEY32 "\nJWT_SECRET_KEY=" KEY32 "\n"
/* An environment in cx->mem: of these variables alone, or with the two keys. */
#define BARE(...) make_environment(cx, (const char *const[]){__VA_ARGS__, NULL})
#define ENV(...)  BARE("SECRET_KEY=" KEY32, "JWT_SECRET_KEY=" KEY32, ##__VA_ARGS__)

static char dir[] = "/tmp/conf.XXXXXX";
static char path[64];
static struct conf *conf;

static char *const *
make_environment(struct ctx *cx, const char *const *variables)
{
	size_t n = 0;
	char **copy;

	while (variables[n] != NULL)
		n++;
	copy = arena_alloc(cx->mem, (n + 1) * sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = arena_strdup(cx->mem, variables[i]);
	return copy;
}

static int
make_dir(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/t.conf", dir);
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static int
teardown(void **state)
{
	conf_free(conf);
	conf = NULL;
	return unit_ctx_teardown(state);
}

#define CONF_TEST(f) cmocka_unit_test_setup_teardown(f, unit_ctx_setup, teardown)

static void
write_file(const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static enum err
load(struct ctx *cx, const char *text, char *const *environ_)
{
	conf_free(conf);
	ctx_clear(cx);
	if (text != NULL)
		write_file(text, 0600);
	return conf_load(cx, text != NULL ? path : "/dev/null", environ_, &conf);
}

/* The n-th fault, counted from 0, with the path of the test's file as FILE. */
static const char *
fault(struct ctx *cx, unsigned n)
{
	const struct fault *f = cx->faults;

	while (f != NULL && n-- > 0)
		f = f->next;
	if (f == NULL)
		return "(none)";
	return strncmp(f->message, path, strlen(path)) != 0
	    ? f->message
	    : arena_printf(cx->mem, "FILE%s", f->message + strlen(path));
}

static void
environment_wins_over_file_over_default(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(
	    load(cx, KEYS "WORKERS=7\nDB_HOST=db.example\nDB_PREPARE = off\n",
		ENV("WORKERS=9", "DB_HOST=", "WORKERSX=1", "WORKER=2")),
	    ERR_OK);
	assert_int_equal(conf->workers, 9);
	assert_string_equal(conf->db_host, "db.example"); /* empty: not set */
	assert_int_equal(conf->db_port, 5432);
	assert_false(conf->db_prepare);
	assert_true(conf->cors_credentials);
	assert_int_equal(conf_source_of(conf, CONF_OPT_workers), CONF_ENVIRONMENT);
	assert_int_equal(conf_source_of(conf, CONF_OPT_db_host), CONF_FILE);
	assert_int_equal(conf_source_of(conf, CONF_OPT_db_port), CONF_DEFAULT);
	assert_string_equal(conf_place(conf, CONF_OPT_db_host, cx->mem),
	    arena_printf(cx->mem, "%s:4", path));
	assert_string_equal(conf_value(conf, CONF_OPT_db_prepare, cx->mem), "off");
	assert_string_equal(conf_path(conf), path);
}

static void
lines_are_read_as_written(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(load(cx,
			     "\n  # a comment = 1\n\r\n" KEYS
			     "DB_PASSWORD='a \"b\" $HOME \\' # kept apart\n"
			     "\tDB_USER = \"q\\\"\\\\x\\n\"#\r\n"
			     "DB_NAME=a#b c \n"
			     "METRICS_ALLOW=\n"
			     "JWT_ISSUER=h\xc3\xa9",
			     ENV()),
	    ERR_OK);
	assert_string_equal(conf->db_password, "a \"b\" $HOME \\");
	assert_string_equal(conf->db_user, "q\"\\x\\n");
	assert_string_equal(conf->db_name, "a#b c");
	assert_string_equal(conf->metrics_allow, "");
	assert_string_equal(conf->jwt_issuer, "h\xc3\xa9");
}

static void
every_fault_is_named_at_once(void **state)
{
	struct ctx *cx = *state;
	static const char text[] =
	    "WORKERS=513\n"
	    "no equals sign hunter2\n"
	    "DB_PASSWORD=\"hunter2\n"
	    "DB_HOST='x' y\n"
	    "9X=1\n"
	    "WORKERZ=hunter2\n"
	    "DB_PORT=5432\n"
	    "DB_PORT=5433\n"
	    "ALGORITHM=none\n"
	    "DB_PREPARE=yes\n"
	    "SECRET_KEY=hunter2\n"
	    "DB_NAME=\xff\n"
	    "LISTEN=\n"
	    "TENANT_NAMESPACE=74738ff5-5367-5958-9aee-98fffdcd187g\n";
	static const char *const want[] = {
	    "FILE:2: this is not KEY=value",
	    "FILE:3: DB_PASSWORD: the quote is not closed",
	    "FILE:4: DB_HOST: there is something after the closing quote",
	    "FILE:5: this is not KEY=value",
	    "FILE:6: WORKERZ: there is no such option",
	    "FILE:8: DB_PORT: is set in line 7 already",
	    "FILE:12: DB_NAME: this is not UTF-8 text",
	    "FILE:11: SECRET_KEY: has 7 bytes, not 32 to 1024",
	    "FILE:9: ALGORITHM: \"none\" is not one of HS256|HS384|HS512",
	    "FILE:13: LISTEN: has 0 bytes, not 1 to 1024",
	    "FILE:1: WORKERS: \"513\" is not in 0 to 512",
	    "environment: WORKER_MAX_REQUESTS: \"many\" is not a number",
	    /* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one text */
	    "FILE:14: TENANT_NAMESPACE: \"74738ff5-5367-5958-9aee-98fffdcd187g\" is "
	    "not "
	    "a UUID",
	};
	unsigned found = 0;

	assert_int_equal(load(cx, text, BARE("WORKER_MAX_REQUESTS=many")), ERR_CONFIG);
	assert_null(conf);
	for (const struct fault *f = cx->faults; f != NULL; f = f->next)
		assert_null(strstr(f->message, "hunter2"));
	for (size_t i = 0; i < COUNT_OF(want); i++)
		for (unsigned n = 0; n < cx->fault_count; n++)
			if (strcmp(fault(cx, n), want[i]) == 0) {
				found++;
				break;
			}
	assert_int_equal(found, COUNT_OF(want));
	/* and those two, besides: DB_PREPARE=yes, no JWT_SECRET_KEY */
	assert_int_equal(cx->fault_count, COUNT_OF(want) + 2);
	assert_null(strstr(cx->err.message, "hunter2"));
}

/* Each must make exactly one fault, of the option it names first. */
static void
wrong_values_are_refused(void **state)
{
	static const char *const wrong[] = {
	    "TRUSTED_PROXIES=10.0.0.0/33",
	    "TRUSTED_PROXIES=10.0.0.1,,10.0.0.2",
	    "TRUSTED_PROXIES=10.0.0",
	    "TRUSTED_PROXIES=::1/129",
	    "TRUSTED_PROXIES=::1/",
	    "METRICS_ALLOW=localhost",
	    "LISTEN_MODE=0880",
	    "LISTEN_MODE=66",
	    "SELF_SERVICE_PLANS=free,gold",
	    "SELF_SERVICE_PLANS=,",
	    "DATABASE_URL=mysql://x",
	    "DATABASE_URL=db.example",
	    "DATABASE_OWNER_URL=http://x",
	    "COGNITO_ENDPOINT=ftp://x",
	    "COGNITO_ENDPOINT=http://",
	    "URL_PREFIX=api",
	    "URL_PREFIX=/",
	    "URL_PREFIX=/api/",
	    "URL_PREFIX=/a//b",
	    "URL_PREFIX=/a/../b",
	    "URL_PREFIX=/a%2fb",
	    "URL_PREFIX=/a?b",
	    "URL_PREFIX=http://host/a",
	    "DB_PORT=0",
	    "DB_PORT=65536",
	    "DB_PORT=99999999999999999999",
	    "DB_PORT=5432x",
	    "DB_PORT=' 5432'",
	    "DB_PREPARE=1",
	    "LOG_LEVEL=INFO",
	    "JWT_ISSUER=\001",
	    "JWT_SECRET_KEY=0123456789abcdef0123456789abcde",
	    "SECRET_KEY_PREVIOUS=short",
	    "TENANT_NAMESPACE=",
	    "BACKEND_CORS_ORIGINS=https://a.example, *",
	    "BACKEND_CORS_ORIGINS=[\"*\"]",
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct slice rest = slice_of(wrong[i]), name;
		const char *text = arena_printf(cx->mem, "%s\n", wrong[i]);

		slice_next(&rest, '=', &name);
		assert_int_equal(load(cx, text,
				     strncmp(text, "JWT_SECRET_KEY", 14) == 0
					 ? BARE("SECRET_KEY=" KEY32)
					 : ENV()),
		    ERR_CONFIG);
		if (cx->fault_count != 1 || !slice_eq(name, cx->faults->pointer))
			fail_msg("%s: %u faults, first %s", wrong[i], cx->fault_count,
			    fault(cx, 0));
	}
}

static void
right_values_are_taken(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(load(cx,
			     KEYS "TRUSTED_PROXIES=10.0.0.0/8, 2001:db8::/32,::1\n"
				  "SELF_SERVICE_PLANS=free , enterprise\n"
				  "DATABASE_URL=host=/tmp dbname=x\n"
				  "DATABASE_OWNER_URL=postgresql:///x\n"
				  "COGNITO_ENDPOINT=http://127.0.0.1:1\n"
				  "URL_PREFIX=/~user/api-host\n"
				  "BACKEND_CORS_ORIGINS=*\nCORS_CREDENTIALS=off\n"
				  "LISTEN_MODE=600\n",
			     ENV()),
	    ERR_OK);
	assert_string_equal(conf_conninfo(conf, cx->mem), "host=/tmp dbname=x");
	assert_string_equal(conf_owner_conninfo(conf, cx->mem), "postgresql:///x");
}

static void
chats_leave_a_worker(void **state)
{
	static const struct {
		const char *file, *told; /* NULL: nothing is wrong */
		int chats;
	} rows[] = {
	    {"", NULL, 2},
	    {"WORKERS=1\n", NULL, 1},
	    {"WORKERS=2\n", NULL, 1},
	    {"WORKERS=3\n", NULL, 1},
	    {"WORKERS=9\n", NULL, 4},
	    {"WORKERS=1\nCHATS=1\n", NULL, 1},
	    {"WORKERS=3\nCHATS=2\n", NULL, 2},
	    {"WORKERS=0\nCHATS=7\n", NULL, 1},
	    {"WORKERS=1\nCHATS=2\n",
		"CHATS: is 2, but WORKERS is 1, which allows for 1", 0},
	    {"WORKERS=3\nCHATS=3\n",
		"CHATS: is 3, but WORKERS is 3, which allows for 2", 0},
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		enum err rc = load(cx, rows[i].file, ENV());

		assert_int_equal(rc, rows[i].told == NULL ? ERR_OK : ERR_CONFIG);
		if (rows[i].told != NULL)
			assert_ptr_equal(
			    strstr(fault(cx, 0), rows[i].told), fault(cx, 0));
		else
			assert_int_equal(conf_chats(conf), rows[i].chats);
	}
}

static void
settings_of_mail_fit_together(void **state)
{
	static const struct {
		const char *file, *told; /* NULL: nothing is wrong */
	} rows[] = {
	    {"SMTP_URL=smtp://[::1]:25\nMAIL_FROM=a@b\nSMTP_TLS=off\n", NULL},
	    {"SMTP_URL=smtps://mail.example\nMAIL_FROM=\"Acme, Inc. <a@b>\"\n"
	     "SMTP_USER=u\nSMTP_PASSWORD=p\nSMTP_TLS=required\n",
		NULL},
	    {"SMTP_URL=smtp://a:25\n", "MAIL_FROM: is not set, but SMTP_URL is"},
	    {"SMTP_USER=u\n", "SMTP_PASSWORD: is not set, but SMTP_USER is"},
	    {"SMTP_PASSWORD=p\n", "SMTP_USER: is not set, but SMTP_PASSWORD is"},
	    {"SMTP_URL=smtps://a\nMAIL_FROM=a@b\nSMTP_TLS=off\n",
		"SMTP_TLS: is off, but SMTP_URL is smtps://"},
	};
	static const char *const urls[] = {"a:25", "smtp://", "smtp://:25", "smtp://a/",
	    "smtp://u:p@a", "smtp://a b", "http://a"};
	static const char *const from[] = {"Acme", "Acme <a>", "<>"};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		ctx_clear(cx);
		assert_int_equal(load(cx, rows[i].file, ENV()),
		    rows[i].told == NULL ? ERR_OK : ERR_CONFIG);
		if (rows[i].told != NULL)
			assert_string_equal(fault(cx, 0), rows[i].told);
	}
	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		ctx_clear(cx);
		assert_int_equal(load(cx, NULL,
				     ENV(arena_printf(cx->mem, "SMTP_URL=%s", urls[i]),
					 "MAIL_FROM=a@b")),
		    ERR_CONFIG);
		assert_string_equal(fault(cx, 0),
		    arena_printf(cx->mem,
			"environment: SMTP_URL: \"%s\" is neither smtp://HOST:PORT nor "
			"smtps://HOST:PORT",
			urls[i]));
	}
	for (size_t i = 0; i < COUNT_OF(from); i++) {
		ctx_clear(cx);
		assert_int_equal(
		    load(cx, NULL, ENV(arena_printf(cx->mem, "MAIL_FROM=%s", from[i]))),
		    ERR_CONFIG);
		assert_string_equal(fault(cx, 0),
		    arena_printf(cx->mem,
			"environment: MAIL_FROM: \"%s\" is neither ADDRESS nor NAME "
			"<ADDRESS>",
			from[i]));
	}
}

static void
a_template_is_a_url_with_places_in_it(void **state)
{
	static const char *const good[] = {"https://{environment}.example",
	    "http://127.0.0.1:8000/{tenant}/x/{environment}", "https://a"};
	static const char *const bad[] = {"{environment}", "https://",
	    "https://{other}", "https://{environment", "https://environment}",
	    "ftp://{environment}.a", "https://{tenant} .a"};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(good); i++) {
		ctx_clear(cx);
		assert_int_equal(
		    load(cx, NULL,
			ENV(arena_printf(cx->mem, "PINECONE_URL=%s", good[i]))),
		    ERR_OK);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		ctx_clear(cx);
		assert_int_equal(
		    load(cx, NULL,
			ENV(arena_printf(cx->mem, "PINECONE_URL=%s", bad[i]))),
		    ERR_CONFIG);
		assert_string_equal(fault(cx, 0),
		    arena_printf(cx->mem,
			"environment: PINECONE_URL: \"%s\" is not an http or https "
			"URL with {environment} or {tenant}",
			bad[i]));
	}
}

static void
what_belongs_together_must_be_set_together(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(load(cx, NULL, BARE(NULL)), ERR_CONFIG);
	assert_int_equal(cx->fault_count, 2);
	assert_string_equal(fault(cx, 0), "SECRET_KEY: is not set");
	assert_string_equal(cx->faults->next->pointer, "JWT_SECRET_KEY");
	assert_int_equal(
	    load(cx, "JWT_ISSUERS_FILE=/x\n", BARE("SECRET_KEY=" KEY32)), ERR_OK);
	assert_int_equal(
	    load(cx, "COGNITO_USER_POOL_ID=x\nAWS_ACCESS_KEY_ID=x\n", ENV()),
	    ERR_CONFIG);
	assert_string_equal(
	    fault(cx, 0), "AWS_REGION: is not set, but COGNITO_USER_POOL_ID is");
	assert_string_equal(fault(cx, 1),
	    "AWS_SECRET_ACCESS_KEY: is not set, but AWS_ACCESS_KEY_ID is");
	assert_int_equal(load(cx, "AWS_SECRET_ACCESS_KEY=x\n", ENV()), ERR_CONFIG);
	assert_string_equal(fault(cx, 0),
	    "AWS_ACCESS_KEY_ID: is not set, but AWS_SECRET_ACCESS_KEY is");
}

static void
stores_that_cannot_work_are_named(void **state)
{
	static const struct {
		const char *text, *fault;
	} cases[] = {
	    {"S3_BUCKET=b\n", "S3_BUCKET: \"b\" is no name of a bucket"},
	    {"S3_BUCKET=b..c\n", "S3_BUCKET: \"b..c\" is no name of a bucket"},
	    {"S3_BUCKET=bucket\nAWS_ACCESS_KEY_ID=x\nAWS_SECRET_ACCESS_KEY=x\n",
		"S3_REGION: is not set, but there is S3 storage"},
	    {"S3_BUCKET=bucket\nS3_REGION=x\n",
		"S3_ACCESS_KEY_ID: is not set, but there is S3 storage"},
	    {"S3_ACCESS_KEY_ID=x\n",
		"S3_SECRET_ACCESS_KEY: is not set, but S3_ACCESS_KEY_ID is"},
	    {"S3_SECRET_ACCESS_KEY=x\n",
		"S3_ACCESS_KEY_ID: is not set, but S3_SECRET_ACCESS_KEY is"},
	    {"S3_MODE=bucket\nAWS_REGION=x\nS3_ACCESS_KEY_ID=x\n"
	     "S3_SECRET_ACCESS_KEY=x\n",
		"S3_BUCKET_PREFIX: is not set, but S3_MODE is bucket"},
	    {"S3_MODE=bucket\nS3_BUCKET_PREFIX=a-\nS3_BUCKET=bucket\n",
		"S3_BUCKET: is set, but S3_MODE is bucket: each tenant has its own"},
	    {"S3_BUCKET_PREFIX=A\n",
		"S3_BUCKET_PREFIX: \"A\" is no beginning of a bucket's name"},
	    {"S3_ENDPOINT=http://h/path\n",
		"S3_ENDPOINT: has more than scheme, host and port"},
	    {"S3_ADDRESSING=host\nS3_BUCKET=a.b.c\n",
		"S3_ADDRESSING: is host, but S3_BUCKET has a dot, which no "
		"certificate covers"},
	    {"STORAGE_DIR=here\n", "STORAGE_DIR: \"here\" does not begin with /"},
	    {"REDIS_PREFIX=a*\n",
		"REDIS_PREFIX: \"a*\" has more than letters, digits and :_.-"},
	    {"REDIS_URL=rediss://h\n",
		"FILE:1: REDIS_URL: begins with neither redis:// nor unix:// (there is "
		"no TLS)"},
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(load(cx, cases[i].text, ENV()), ERR_CONFIG);
		assert_string_equal(fault(cx, 0), cases[i].fault);
	}
	assert_int_equal(
	    load(cx,
		"S3_BUCKET=bucket\nAWS_REGION=x\nAWS_ACCESS_KEY_ID=x\n"
		"AWS_SECRET_ACCESS_KEY=x\nREDIS_URL=redis://:p@h\nSTORAGE_DIR=/x\n",
		ENV()),
	    ERR_OK);
	assert_true(conf_is_secret(CONF_OPT_redis_url));
}

static void
the_database_alone_needs_no_keys(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(
	    conf_load_for(cx, CONF_FOR_DATABASE, "/dev/null", BARE(NULL), &conf),
	    ERR_OK);
	assert_string_equal(conf->secret_key, "");
}

static void
connection_keywords_are_quoted(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(
	    load(cx, "DB_PASSWORD=it's \\ dbname=x\nDB_PORT=6000\n", ENV()), ERR_OK);
	assert_string_equal(conf_conninfo(conf, cx->mem),
	    "host='localhost' port='6000' dbname='dott_main' user='postgres' "
	    "password='it\\'s \\\\ dbname=x'");
	assert_string_equal(
	    conf_owner_conninfo(conf, cx->mem), conf_conninfo(conf, cx->mem));
}

static void
a_named_file_must_be_there(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(conf_load(cx, "/nowhere/t.conf", ENV(), &conf), ERR_CONFIG);
	assert_string_equal(fault(cx, 0),
	    "/nowhere/t.conf: could not open settings: No such file or directory");
	ctx_clear(cx);
	assert_int_equal(
	    conf_load(cx, NULL, ENV("TENANTD_CONFIG=/nowhere/u.conf"), &conf),
	    ERR_CONFIG);
	assert_string_equal(fault(cx, 0),
	    "/nowhere/u.conf: could not open settings: No such file or directory");
	ctx_clear(cx);
	assert_int_equal(conf_load(cx, dir, ENV(), &conf), ERR_CONFIG);
}

static void
the_environment_may_name_the_file(void **state)
{
	struct ctx *cx = *state;
	char *variable = arena_printf(cx->mem, "TENANTD_CONFIG=%s", path);

	write_file("WORKERS=3\n", 0600);
	assert_int_equal(conf_load(cx, NULL, ENV(variable), &conf), ERR_OK);
	assert_int_equal(conf->workers, 3);
}

static void
files_that_are_not_text_are_refused(void **state)
{
	struct ctx *cx = *state;
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite("DB_NAME=a\0b\n", 1, 12, f), 12);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(conf_load(cx, path, ENV(), &conf), ERR_CONFIG);
	assert_string_equal(fault(cx, 0), "FILE:1: DB_NAME: this is not UTF-8 text");
	assert_int_equal(truncate(path, 2 * 1024 * 1024), 0);
	ctx_clear(cx);
	assert_int_equal(conf_load(cx, path, ENV(), &conf), ERR_CONFIG);
	assert_string_equal(
	    fault(cx, 0), "FILE: could not read settings: File too large");
}

static void
a_file_with_secrets_that_all_may_read_is_noticed(void **state)
{
	struct ctx *cx = *state;

	write_file("DB_PASSWORD=x\n", 0644);
	assert_int_equal(conf_load(cx, path, ENV(), &conf), ERR_OK);
	assert_true(conf_is_exposed(conf));
	conf_free(conf);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(conf_load(cx, path, ENV(), &conf), ERR_OK);
	assert_false(conf_is_exposed(conf));
	conf_free(conf);
	write_file("DB_PASSWORD=\nWORKERS=2\n", 0644);
	assert_int_equal(conf_load(cx, path, ENV(), &conf), ERR_OK);
	assert_false(conf_is_exposed(conf));
}

static void
secrets_are_known_as_such(void **state)
{
	(void)state;
	assert_true(conf_is_secret(CONF_OPT_database_url));
	assert_true(conf_is_secret(CONF_OPT_jwt_secret_key));
	assert_false(conf_is_secret(CONF_OPT_db_host));
	for (int i = 0; i < CONF_OPTION_COUNT; i++) {
		const char *name = conf_options[i].name;

		if (conf_options[i].type == CONF_TYPE_TEXT &&
		    (strstr(name, "SECRET") || strstr(name, "PASSWORD") ||
			strstr(name, "API_KEY")))
			assert_true(conf_is_secret(i));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CONF_TEST(environment_wins_over_file_over_default),
	    CONF_TEST(lines_are_read_as_written),
	    CONF_TEST(every_fault_is_named_at_once),
	    CONF_TEST(wrong_values_are_refused),
	    CONF_TEST(right_values_are_taken),
	    CONF_TEST(chats_leave_a_worker),
	    CONF_TEST(settings_of_mail_fit_together),
	    CONF_TEST(a_template_is_a_url_with_places_in_it),
	    CONF_TEST(what_belongs_together_must_be_set_together),
	    CONF_TEST(stores_that_cannot_work_are_named),
	    CONF_TEST(the_database_alone_needs_no_keys),
	    CONF_TEST(connection_keywords_are_quoted),
	    CONF_TEST(a_named_file_must_be_there),
	    CONF_TEST(the_environment_may_name_the_file),
	    CONF_TEST(files_that_are_not_text_are_refused),
	    CONF_TEST(a_file_with_secrets_that_all_may_read_is_noticed),
	    cmocka_unit_test(secrets_are_known_as_such),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
