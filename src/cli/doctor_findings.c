/* doctor_findings.c - how a check tells what it found; see doctor.h. */
#include "cli/doctor.h"

#include <stdarg.h>

enum { TEXT_MAX = 512 };

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
