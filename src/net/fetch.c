/* fetch.c - see fetch.h. */
#include "net/fetch.h"

#include <curl/curl.h>
#include <string.h>

#include "base/buf.h"

enum { URL_MAX = 2048 };

bool
fetch_allows(const char *url)
{
	size_t n = strnlen(url, URL_MAX + 1), host;

	if (n > URL_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)url[i] <= ' ' || (unsigned char)url[i] >= 0x7f)
			return false;
	if (strncmp(url, "https://", 8) == 0)
		url += 8;
	else if (strncmp(url, "http://", 7) == 0)
		url += 7;
	else
		return false;
	host = strcspn(url, "/?#");
	return host > 0 && url[0] != ':' && memchr(url, '@', host) == NULL &&
	    memchr(url, '\\', host) == NULL;
}

static size_t
take_body(char *p, size_t size, size_t n, void *arg)
{
	struct buf *body = arg;

	buf_put(body, p, size * n);
	return body->failed ? 0 : size * n;
}

/* Options that could not be set would leave a default in force that is not wanted. */
static CURLcode
set_up(CURL *c, const char *url, int timeout_ms, struct buf *body, char *why)
{
	CURLcode rc = CURLE_OK;

#define SET(option, value)                                                             \
	if (rc == CURLE_OK)                                                            \
	rc = curl_easy_setopt(c, CURLOPT_##option, (value))
	SET(ERRORBUFFER, why);
	SET(URL, url);
#if LIBCURL_VERSION_NUM >= 0x075500
	SET(PROTOCOLS_STR, "http,https");
#else
	SET(PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	SET(HTTPGET, 1L);
	SET(FOLLOWLOCATION, 0L);
	SET(PROXY, "");
	SET(NOSIGNAL, 1L);
	SET(SSL_VERIFYPEER, 1L);
	SET(SSL_VERIFYHOST, 2L);
	SET(TIMEOUT_MS, (long)timeout_ms);
	SET(CONNECTTIMEOUT_MS, (long)timeout_ms);
	SET(MAXFILESIZE_LARGE, (curl_off_t)body->limit);
	SET(WRITEFUNCTION, take_body);
	SET(WRITEDATA, body);
	SET(USERAGENT, "tenantd");
#undef SET
	return rc;
}

static CURL *
handle_new(void)
{
	static bool ready;

	if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return NULL;
	ready = true;
	return curl_easy_init();
}

enum err
fetch_get(struct ctx *cx, const char *url, int timeout_ms, size_t limit,
    struct fetch_reply *out)
{
	char why[CURL_ERROR_SIZE] = "";
	int left = ctx_time_left(cx, timeout_ms);
	struct buf body;
	long status = 0;
	CURLcode rc;
	CURL *c;

	if (!fetch_allows(url))
		return err_set(&cx->err, ERR_INVALID, "cannot fetch \"%.200s\"", url);
	if (left <= 0) /* to libcurl, 0 means for ever */
		return err_set(&cx->err, ERR_UNAVAILABLE,
		    "could not fetch \"%.200s\": no time left", url);
	if ((c = handle_new()) == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "could not set up libcurl");
	buf_init(&body, cx->mem, limit);
	rc = set_up(c, url, left, &body, why);
	if (rc == CURLE_OK)
		rc = curl_easy_perform(c);
	if (rc == CURLE_OK)
		rc = curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(c);
	if (rc != CURLE_OK)
		return err_set(&cx->err, ERR_UNAVAILABLE,
		    "could not fetch \"%.200s\": %s", url,
		    body.failed          ? "the answer is too long"
			: why[0] != '\0' ? why
					 : curl_easy_strerror(rc));
	out->status = (int)status;
	out->body = (struct slice){buf_text(&body), body.n};
	return ERR_OK;
}
