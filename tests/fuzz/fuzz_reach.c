/*
 * Where calls out may go. The first byte says what follows:
 *
 *   u a URL, and a list of ranges that are allowed, a line each
 *   a an address, and a list of ranges, a line each
 *
 * A URL that is taken leads libcurl and the resolver to the host that was judged.
 */
#include "fuzz.h"

#include <curl/curl.h>
#include <netdb.h>
#include <sys/socket.h>

#include "net/fetch.h"
#include "net/reach.h"
#include "net/url.h"

/* What libcurl reads in it; the same host, but for a last dot and the notation. */
static char *
curl_part(CURLU *u, CURLUPart what)
{
	char *text = NULL;
	CURLUcode rc = curl_url_get(u, what, &text, 0);

	FUZZ_HOLDS(rc == CURLUE_OK || rc == CURLUE_NO_USER || rc == CURLUE_NO_PORT);
	return text;
}

/* As libcurl hands it on: without brackets and a last dot. */
static bool
resolve(const char *host, struct address *out)
{
	const struct addrinfo want = {
	    .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
	char name[URL_MAX + 1];
	struct addrinfo *found;
	size_t n;

	(void)snprintf(name, sizeof(name), "%s", host + (host[0] == '['));
	n = strlen(name);
	if (n > 0 && (name[n - 1] == '.' || name[n - 1] == ']'))
		name[n - 1] = '\0';
	if (getaddrinfo(name, NULL, &want, &found) != 0)
		return false;
	FUZZ_HOLDS(address_of_socket(found->ai_addr, out));
	freeaddrinfo(found);
	return true;
}

static void
check_taken(const char *url, const char *allow)
{
	bool plain = strncmp(url, "http://", 7) == 0;
	char *host, *user, *scheme;
	CURLU *u = curl_url();
	struct address a;
	struct url ours;

	FUZZ_HOLDS(url_parse(url, "https|http", &ours) == NULL);
	FUZZ_HOLDS(fetch_allows(url) && strlen(url) <= URL_MAX);
	FUZZ_HOLDS(u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK);
	host = curl_part(u, CURLUPART_HOST);
	user = curl_part(u, CURLUPART_USER);
	scheme = curl_part(u, CURLUPART_SCHEME);
	FUZZ_HOLDS(host != NULL && scheme != NULL && user == NULL);
	FUZZ_HOLDS(strcmp(scheme, plain ? "http" : "https") == 0);
	if (resolve(host, &a)) {
		FUZZ_HOLDS(ours.literal && memcmp(&a, &ours.address, sizeof(a)) == 0);
		FUZZ_HOLDS(reach_judge(&a, allow, plain) == NULL);
	} else {
		FUZZ_HOLDS(!ours.literal);
		FUZZ_HOLDS(strncmp(host, ours.host.p, ours.host.n) == 0);
	}
	curl_free(host);
	curl_free(user);
	curl_free(scheme);
	curl_url_cleanup(u);
}

static void
read_url(struct ctx *cx, struct slice text)
{
	const char *url = fuzz_text(cx->mem, &text, '\n');
	const char *allow = fuzz_text(cx->mem, &text, '\n');

	if (reach_check_url(cx, url, allow) == ERR_OK)
		check_taken(url, allow);
	else
		FUZZ_HOLDS(cx->err.code == ERR_INVALID && cx->err.detail[0] != '\0');
	FUZZ_HOLDS(reach_check_url(cx, url, NULL) != ERR_OK ||
	    reach_check_url(cx, url, allow) == ERR_OK);
}

static void
read_address(struct ctx *cx, struct slice text)
{
	const char *first = fuzz_text(cx->mem, &text, '\n');
	const char *list = fuzz_text(cx->mem, &text, '\n');
	char out[ADDRESS_TEXT_SIZE];
	struct address a, again;

	(void)address_text_in_list("192.0.2.1", list);
	if (!address_parse(slice_of(first), &a)) {
		FUZZ_HOLDS(!address_text_in_list(first, list));
		return;
	}
	FUZZ_HOLDS(address_is_range(slice_of(first)));
	FUZZ_HOLDS(address_parse(slice_of(address_text(&a, out)), &again));
	FUZZ_HOLDS(memcmp(&a, &again, sizeof(a)) == 0);
	FUZZ_HOLDS(address_in_list(&a, out));
	FUZZ_HOLDS(address_in_list(&a, a.family == AF_INET ? "0.0.0.0/0" : "::/0"));
	FUZZ_HOLDS(!address_in_list(&a, a.family == AF_INET ? "::/0" : "0.0.0.0/0"));
	if (address_in_list(&a, list))
		FUZZ_HOLDS(reach_judge(&a, list, true) == NULL);
	else
		FUZZ_HOLDS(
		    (reach_judge(&a, "", false) == NULL) == (reach_range(&a) == NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ctx *cx = fuzz_ctx();

	if (n > 0 && data[0] == 'u')
		read_url(cx, fuzz_slice(data + 1, n - 1));
	else if (n > 0 && data[0] == 'a')
		read_address(cx, fuzz_slice(data + 1, n - 1));
	return 0;
}
