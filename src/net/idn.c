/* idn.c - see idn.h. */
#include "net/idn.h"

#include <curl/curl.h>
#include <locale.h>
#include <stdbool.h>

static bool
is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/* *ascii: to be released by curl_free(), or NULL. */
static bool
convert(const char *host, char **ascii)
{
	bool ok = false;
#ifdef CURLU_PUNYCODE
	CURLU *u = curl_url();

	ok = u != NULL && curl_url_set(u, CURLUPART_SCHEME, "https", 0) == CURLUE_OK &&
	    curl_url_set(u, CURLUPART_HOST, host, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, ascii, CURLU_PUNYCODE) == CURLUE_OK;
	curl_url_cleanup(u);
#else
	(void)host;
	(void)ascii;
#endif
	return ok;
}

/* What libcurl asks takes names to be in the locale's encoding. */
static bool
convert_utf8(const char *host, char **ascii)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0), before;
	bool ok;

	if (utf8 == (locale_t)0)
		return false;
	before = uselocale(utf8);
	ok = convert(host, ascii);
	(void)uselocale(before);
	freelocale(utf8);
	return ok;
}

enum err
idn_to_ascii(struct ctx *cx, struct arena *mem, const char *host, const char **out)
{
	char *ascii = NULL;
	enum err rc = ERR_OK;

	*out = host;
	if (is_ascii(host))
		return ERR_OK;
	if (convert_utf8(host, &ascii) && ascii != NULL && is_ascii(ascii))
		*out = arena_strdup(mem, ascii);
	else
		rc = err_tell(&cx->err, ERR_INVALID,
		    "the host \"%.200s\" has no form in ASCII", host);
	curl_free(ascii);
	return rc;
}
