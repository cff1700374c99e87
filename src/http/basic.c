/* basic.c - the Basic scheme (RFC 7617) as OAuth clients use it; see request.h. */
#include <string.h>

#include "crypto/base64.h"
#include "http/client.h"

enum err
request_basic(struct ctx *cx, const struct request *rq, struct request_basic *out)
{
	const char *header = request_header(rq, "authorization");
	struct slice rest = slice_of(header), scheme, id, pair;

	*out = (struct request_basic){0};
	if (!slice_cut(&rest, ' ', &scheme) || !slice_eq_ci(scheme, "Basic"))
		return ERR_OK;
	if (base64_decode_dup(cx->mem, slice_trim(rest), &pair) &&
	    memchr(pair.p, ':', pair.n) != NULL && slice_cut(&pair, ':', &id)) {
		out->id = field_decode(cx, id);
		out->secret = field_decode(cx, pair);
	}
	if (out->id != NULL && out->secret != NULL)
		return ERR_OK;
	*out = (struct request_basic){0};
	return err_tell(&cx->err, ERR_INVALID,
	    "the Authorization header is no well-formed one of the Basic scheme");
}
