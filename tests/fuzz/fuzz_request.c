/*
 * A request: CGI variables, a line each, an empty line, and the body; through the CGI
 * door. TRUSTED_PROXIES, URL_PREFIX and BACKEND_CORS_ORIGINS among the variables stand
 * for the settings of these names.
 */
#include "fuzz.h"

#include <fcntl.h>

#include "base/address.h"
#include "http/cgi.h"
#include "http/cors.h"
#include "http/router.h"
#include "idempotency/idempotency.h"

enum { VARIABLES_MAX = 256, BODY_MAX = 4096, TIMEOUT_MS = 1000 };

static const struct router_row rows[] = {
    {HTTP_GET, "/healthz"},
    {HTTP_GET, "/api/tenants"},
    {HTTP_POST, "/api/tenants"},
    {HTTP_GET, "/api/tenants/current"},
    {HTTP_PUT, "/api/tenants/{id}"},
    {HTTP_PATCH, "/api/tenants/{id}/roles/{role}"},
    {HTTP_DELETE, "/api/tenants/{id}/roles/{role}/{a}/{b}"},
    {HTTP_GET, "/api/{any}/new/x"},
};

static const struct router *
router(void)
{
	static struct arena *mem;
	static struct router *r;

	if (mem == NULL) {
		mem = arena_new(FUZZ_MEMORY);
		r = router_new(mem, rows, COUNT_OF(rows));
	}
	return r;
}

static bool
has_control(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

static void
check_target(const struct request *rq)
{
	struct router_match m = router_find(router(), rq);

	FUZZ_HOLDS(rq->target[0] == '/' && !has_control(slice_of(rq->target)));
	FUZZ_HOLDS(strlen(rq->target) <= REQUEST_TARGET_MAX);
	FUZZ_HOLDS(rq->segment_count <= REQUEST_SEGMENTS_MAX);
	for (unsigned i = 0; i < rq->segment_count; i++) {
		struct slice s = rq->segments[i];

		FUZZ_HOLDS(!has_control(s) && utf8_valid(s.p, s.n, true));
		FUZZ_HOLDS(!slice_eq(s, ".") && !slice_eq(s, ".."));
	}
	FUZZ_HOLDS(m.row < (int)COUNT_OF(rows) && (m.row < 0 || m.path_known));
	FUZZ_HOLDS(m.row < 0 || rows[m.row].method == rq->method ||
	    (rq->method == HTTP_HEAD && rows[m.row].method == HTTP_GET));
	FUZZ_HOLDS(m.path_known == (m.allow[0] != '\0'));
}

static void
check_query(struct ctx *cx, const struct request *rq)
{
	static const char *const names[] = {"limit", "after", "a b", ""};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *value = request_query(cx->mem, rq, names[i]);

		FUZZ_HOLDS(value == NULL || utf8_valid(value, strlen(value), true));
	}
}

static void
check_key(struct ctx *cx, const struct request *rq)
{
	const char *key = request_header(rq, "idempotency-key");
	struct idempotency_claim claim = {0};
	struct idempotency_request it = {.key = key,
	    .user_id = "u",
	    .method = rq->method_text,
	    .path = rq->target,
	    .body = {rq->body, rq->body_length},
	    .hours = 1};

	if (key != NULL && idempotency_init(cx, &claim, &it) == ERR_OK)
		FUZZ_HOLDS(strlen(key) <= IDEMPOTENCY_KEY_MAX &&
		    !has_control(slice_of(key)) && strlen(claim.scope) == 64);
	ctx_clear(cx);
}

/* Nothing from outside begins a line of its own. */
static void
check_headers(const struct response *rs)
{
	const char *p = rs->headers.p, *end;

	if (p == NULL)
		return;
	for (; *p != '\0'; p = end + 2) {
		end = strstr(p, "\r\n");
		FUZZ_HOLDS(end != NULL && *p >= 'A' && *p <= 'Z');
		FUZZ_HOLDS(!has_control((struct slice){p, (size_t)(end - p)}));
	}
}

static void
check_conditional(struct ctx *cx, const struct request *rq, struct response *rs)
{
	const char *none = request_header(rq, "if-none-match");
	char etag[RESPONSE_ETAG_SIZE];

	buf_puts(&rs->body, "the body");
	response_etag(etag, rs->body.p, rs->body.n);
	(void)response_if_match(rq, etag);
	response_conditional(rs, rq);
	FUZZ_HOLDS(rs->status != 304 || strchr(none, '*') != NULL ||
	    strstr(none, etag) != NULL);
	ctx_clear(cx);
}

static enum err
handle(struct ctx *cx, struct exchange *x, const char *const *params,
    struct request *rq, struct response *rs)
{
	struct request bare = {.params = params};
	const struct request_options options = {
	    .trusted_proxies = request_param(&bare, "TRUSTED_PROXIES"),
	    .prefix = request_param(&bare, "URL_PREFIX")};
	const struct cors *cors = NULL;
	enum err e = request_init(cx, rq, params, &options);

	FUZZ_HOLDS(cx->request_id[0] != '\0' && strlen(cx->request_id) <= 64);
	FUZZ_HOLDS(strcmp(http_method_name(rq->method), rq->method_text) == 0 ||
	    rq->method == HTTP_UNKNOWN);
	response_begin(rs, cx, rq);
	(void)address_text_in_list(rq->client, "192.0.2.0/24, 2001:db8::/33, ::1");
	if (e != ERR_OK)
		return e;
	FUZZ_HOLDS(request_header(rq, "content-type") == NULL ||
	    strcmp(request_header(rq, "content-type"), rq->content_type) == 0);
	(void)request_header(rq, "content-length");
	check_target(rq);
	check_query(cx, rq);
	if ((e = exchange_read_body(cx, x, rq, BODY_MAX)) != ERR_OK)
		return e;
	FUZZ_HOLDS(rq->body_length <= BODY_MAX);
	FUZZ_HOLDS(exchange_read_body(cx, x, rq, 0) == ERR_OK);
	check_key(cx, rq);
	if (cors_new(cx, cx->mem, request_param(rq, "BACKEND_CORS_ORIGINS"), rq->https,
		&cors) != ERR_OK)
		ctx_clear(cx);
	if (cors_is_preflight(rq))
		return cors_preflight(cx, cors, rq, "GET, OPTIONS", rs);
	cors_apply(cors, rq, rs);
	check_conditional(cx, rq, rs);
	return ERR_OK;
}

static void
answer(void *app, struct exchange *x, const char *const *params, struct response *rs)
{
	struct ctx *cx = app;
	struct request rq;

	if (handle(cx, x, params, &rq, rs) != ERR_OK)
		response_problem(rs, cx);
	check_headers(rs);
}

static void
done(void *app, const struct response *rs, size_t sent)
{
	(void)app;
	(void)rs;
	FUZZ_HOLDS(sent > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static int body = -1, nowhere = -1;
	const char *variables[VARIABLES_MAX + 1] = {NULL};
	struct ctx *cx = fuzz_ctx();
	const struct fcgi_service service = {answer, done, NULL, cx};
	struct slice rest = fuzz_slice(data, n), line;
	struct cgi_door door = {.variables = variables, .io_timeout_ms = TIMEOUT_MS};

	for (int i = 0; slice_cut(&rest, '\n', &line) && line.n > 0; i++)
		if (i < VARIABLES_MAX)
			variables[i] = slice_dup(cx->mem, line);
	if (nowhere < 0)
		nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	fuzz_file(&body, rest);
	door.in = body;
	door.out = nowhere;
	FUZZ_HOLDS(cgi_serve(cx, &door, &service) == ERR_OK);
	return 0;
}
