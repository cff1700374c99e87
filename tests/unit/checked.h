/* checked.h - what the tests of schemas share: faults as lines of text. */
#ifndef TENANTD_TESTS_UNIT_CHECKED_H
#define TENANTD_TESTS_UNIT_CHECKED_H

#include "unit.h"

#include <stdio.h>

#include "base/buf.h"
#include "json/schema.h"

static inline const struct schema *
compiled(struct ctx *cx, const char *text)
{
	const struct schema *s;

	if (schema_compile(cx, cx->mem, "test", slice_of(text), &s) != ERR_OK)
		fail_msg("%s: %s", text, cx->err.message);
	return s;
}

/* What is wrong with a value, a line a fault: pointer, keyword, message. */
static inline const char *
faults_of(struct ctx *cx, const struct schema *s, const char *value)
{
	const struct json *v;
	struct buf b;
	enum err e;

	ctx_clear(cx);
	if (json_parse(cx, value, strlen(value), 0, &v) != ERR_OK)
		fail_msg("%s: %s", value, cx->err.detail);
	buf_init(&b, cx->mem, 64 * 1024);
	e = schema_check(cx, s, v);
	assert_int_equal(e, cx->fault_count == 0 ? ERR_OK : ERR_INVALID);
	for (const struct fault *f = cx->faults; f != NULL; f = f->next)
		buf_printf(&b, "%s%s %s: %s", b.n == 0 ? "" : "\n", f->pointer,
		    f->keyword, f->message);
	return buf_text(&b);
}

struct row {
	const char *schema, *value, *faults;
};

static inline void
check_rows(struct ctx *cx, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *got =
		    faults_of(cx, compiled(cx, rows[i].schema), rows[i].value);

		if (strcmp(got, rows[i].faults) != 0)
			fail_msg("%s of %s: \"%s\", not \"%s\"", rows[i].schema,
			    rows[i].value, got, rows[i].faults);
	}
}

#define CHECK_ROWS(cx, rows) check_rows((cx), (rows), COUNT_OF(rows))

#endif
