/* doctor_findings.c - how a check tells what it found; see doctor.h. */
#include "cli/doctor.h"

#include <stdarg.h>

#include "cli/table.h"

enum { TEXT_MAX = 1024, VERDICT_WIDTH = 8 };

static const char *const verdict_names[DOCTOR_COUNT] = {
    [DOCTOR_OK] = "ok",
    [DOCTOR_DONE] = "done",
    [DOCTOR_WARNING] = "warning",
    [DOCTOR_MISSING] = "missing",
    [DOCTOR_BROKEN] = "broken",
};

const char *
doctor_verdict_name(enum doctor_verdict verdict)
{
	return verdict_names[verdict];
}

void
doctor_find(struct doctor *d, enum doctor_verdict verdict, const char *advice,
    const char *fmt, ...)
{
	struct doctor_finding *f = arena_alloc(d->cx->mem, sizeof(*f));
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	*f = (struct doctor_finding){.verdict = verdict,
	    .step = d->step,
	    .check = d->check,
	    .text = arena_strdup(d->cx->mem, text),
	    .advice = advice};
	if (d->last != NULL)
		d->last->next = f;
	else
		d->first = f;
	d->last = f;
	d->counts[verdict]++;
}

void
doctor_find_error(struct doctor *d, const char *advice)
{
	const struct err_info *e = &d->cx->err;

	for (const struct fault *f = d->cx->faults; f != NULL; f = f->next)
		doctor_find(d, DOCTOR_BROKEN, advice, "%s", f->message);
	if (d->cx->faults == NULL)
		doctor_find(d, DOCTOR_BROKEN, advice, "%s",
		    e->message[0] != '\0' ? e->message : err_text(e->code));
	ctx_clear(d->cx);
}

void
doctor_show_way(struct doctor *d, enum way_id way, struct way_names names)
{
	d->last->ways = ways_of(d->cx->mem, way, names);
}

static void
print_way(const struct doctor *d, const char *way, const char *text, FILE *out)
{
	if (text != NULL)
		fprintf(out, "%-*s %-8s %s\n", VERDICT_WIDTH, "", way,
		    table_printable(d->cx->mem, text));
}

void
doctor_print(const struct doctor *d, const struct doctor_finding *f, FILE *out)
{
	fprintf(out, "%-*s %s: %s\n", VERDICT_WIDTH, doctor_verdict_name(f->verdict),
	    f->check, table_printable(d->cx->mem, f->text));
	if (f->advice != NULL)
		fprintf(out, "%-*s %s\n", VERDICT_WIDTH, "",
		    table_printable(d->cx->mem, f->advice));
	if (f->verdict == DOCTOR_OK || f->verdict == DOCTOR_DONE)
		return;
	print_way(d, "command", f->ways.command, out);
	print_way(d, "http", f->ways.http, out);
	print_way(d, "sql", f->ways.sql, out);
}

void
doctor_put(struct json_out *o, const struct doctor_finding *f)
{
	json_open_object(o);
	if (f->step > 0)
		json_member_i64(o, "step", f->step);
	json_member_text(o, "verdict", doctor_verdict_name(f->verdict));
	json_member_text(o, "check", f->check);
	json_member_text(o, "finding", f->text);
	json_member_text(o, "advice", f->advice);
	if (f->ways.command != NULL)
		json_member_text(o, "command", f->ways.command);
	if (f->ways.http != NULL)
		json_member_text(o, "http", f->ways.http);
	if (f->ways.sql != NULL)
		json_member_text(o, "sql", f->ways.sql);
	json_close_object(o);
}
