/*
 * model.h - what is asked of a language model, and how its answers are read: OpenAI's
 * API, as others speak it, too.
 *
 * Owner:    the caller.
 * Lifetime: cx->mem.
 * Threads:  one.
 * Failure:  as outside.h.
 */
#ifndef TENANTD_ASSISTANT_MODEL_H
#define TENANTD_ASSISTANT_MODEL_H

#include "assistant/outside.h"

/* Of a text: an array of numbers. */
enum err model_embed(struct ctx *cx, struct outside *o, const struct assistant *a,
    const char *text, const struct json **vector) MUST_CHECK;
/* q->turns, after what the model is told first (NULL: nothing); fills in all of out but
 * the sources. */
enum err model_ask(struct ctx *cx, struct outside *o, const struct assistant *a,
    const struct assistant_question *q, struct assistant_answer *out) MUST_CHECK;

#endif
