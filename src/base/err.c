/* err.c - see err.h. */
#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	int http, exit;
	const char *symbol, *slug, *text;
} errors[] = {
#define ERR(sym, http, code, slug, text)                                               \
	[ERR_##sym] = {(http), (code), #sym, (slug), (text)},
#include "base/errors.def"
#undef ERR
};

static_assert(COUNT_OF(errors) == ERR_COUNT, "errors.def covers enum err");
static_assert(ERR_OK == 0, "success is zero");

static void
set_place(struct err_info *e, enum err code, const char *file, int line)
{
	err_clear(e);
	e->code = code;
	e->file = file;
	e->line = line;
}

void
err_set_at(
    struct err_info *e, enum err code, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	set_place(e, code, file, line);
	va_start(ap, fmt);
	vsnprintf(e->message, sizeof(e->message), fmt, ap);
	va_end(ap);
}

void
err_tell_at(
    struct err_info *e, enum err code, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	set_place(e, code, file, line);
	va_start(ap, fmt);
	vsnprintf(e->detail, sizeof(e->detail), fmt, ap);
	va_end(ap);
	memcpy(e->message, e->detail, sizeof(e->message));
}

static_assert(
    sizeof(((struct err_info *)0)->message) == sizeof(((struct err_info *)0)->detail),
    "a told text fits both places");

void
err_note(struct err_info *e, const char *fmt, ...)
{
	size_t used = strlen(e->note);
	va_list ap;

	if (used + 3 >= sizeof(e->note))
		return;
	if (used > 0) {
		memcpy(e->note + used, "; ", 3);
		used += 2;
	}
	va_start(ap, fmt);
	vsnprintf(e->note + used, sizeof(e->note) - used, fmt, ap);
	va_end(ap);
}

void
err_clear(struct err_info *e)
{
	e->code = ERR_OK;
	e->file = NULL;
	e->line = 0;
	e->retry_after = 0;
	e->sqlstate[0] = e->message[0] = e->note[0] = e->detail[0] = '\0';
	e->existing[0] = e->operation[0] = e->step[0] = '\0';
}

void
err_operation(struct err_info *e, const char *operation, const char *step)
{
	snprintf(e->operation, sizeof(e->operation), "%s", operation);
	snprintf(e->step, sizeof(e->step), "%s", step);
}

void
err_existing(struct err_info *e, const char *tenant)
{
	snprintf(e->existing, sizeof(e->existing), "%s", tenant);
}

int
err_http(enum err code)
{
	return errors[code].http;
}

int
err_exit(enum err code)
{
	return errors[code].exit;
}

const char *
err_slug(enum err code)
{
	return errors[code].slug;
}

const char *
err_text(enum err code)
{
	return errors[code].text;
}

const char *
err_symbol(enum err code)
{
	return errors[code].symbol;
}

const char *
err_public(const struct err_info *e)
{
	return e->detail[0] != '\0' ? e->detail : errors[e->code].text;
}
