/* docs.c - what a problem's "type" names (RFC 9457, 3.1.1): a page a problem. */
#include "controllers/app.h"

enum err
problem_get(struct app *app, struct call *call)
{
	struct buf *b = &call->rs->body;

	(void)app;
	for (int i = ERR_OK + 1; i < ERR_COUNT; i++) {
		const enum err code = (enum err)i;

		if (!slice_eq(call->params[0], err_slug(code)))
			continue;
		call->rs->content_type = "text/plain; charset=utf-8";
		buf_printf(b, "%s\n\nHTTP status: %d\n%s\n", err_slug(code),
		    err_http(code), err_text(code));
		return ERR_OK;
	}
	return err_tell(&call->cx.err, ERR_NOT_FOUND, "there is no such problem");
}
