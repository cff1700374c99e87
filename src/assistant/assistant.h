/*
 * assistant.h - one answer in a tenant's own context: its prompt, what its own vector
 * index holds on the question, and a language model that reads both.
 *
 * Three calls out, one after the other: the question becomes a vector, the index is
 * asked for what lies near it, in the namespace that is the tenant's id, and the model
 * answers. Without an index the model is asked alone. What these services say of
 * themselves is not shown to anybody, and nothing of what is asked or answered is kept.
 *
 * The model and its embeddings speak OpenAI's API (POST /embeddings, POST
 * /chat/completions), the index Pinecone's (POST /query).
 *
 * Owner:    the caller.
 * Lifetime: an answer: cx->mem.
 * Threads:  one. Not inside a transaction.
 * Failure:  ERR_OUTSIDE_FAILED, told with the service's name, and with a time to try
 *           again where that may help; whatever the listener ends it with.
 */
#ifndef TENANTD_ASSISTANT_ASSISTANT_H
#define TENANTD_ASSISTANT_ASSISTANT_H

#include "base/ctx.h"
#include "base/str.h"

/* Where the services are. */
struct assistant {
	const char *model_url; /* up to and without "/chat/completions" */
	const char *model_key;
	const char *model, *embedding_model;
	const char *index_url; /* {environment} and {tenant} are filled in */
	int timeout_ms;        /* of all; the first two calls may take a third each */
};

struct assistant_turn {
	const char *role, *text; /* role: "user" or "assistant" */
};

struct assistant_question {
	const char *tenant_id;
	const char *prompt;                 /* NULL: none */
	const char *environment;            /* of the index; NULL: there is none */
	struct slice index_key;             /* cleansed by its owner */
	const struct assistant_turn *turns; /* the last one asks */
	size_t turn_count;                  /* at least 1 */
	int top_k;                          /* 0: the index is not asked */
	const char *temperature;            /* a number's text; NULL: the model's own */
	int max_tokens;                     /* 0: the model's own */
};

/* What the index knew. */
struct assistant_source {
	const char *id;
	const char *score; /* a number's text; NULL: none was told */
	const char *text;  /* as much as the model was shown; NULL: there is none */
};

struct assistant_answer {
	const char *model;
	const char *text;   /* "" where the listener has heard it */
	const char *finish; /* why it ends: "stop", "length", …; NULL: not told */
	const char *usage;  /* a JSON object; NULL: not told */
	struct assistant_source *sources;
	size_t source_count;
};

struct assistant_listener {
	/* Hears the answer piece by piece, each well-formed UTF-8; NULL: nobody does,
	 * and the answer comes whole. */
	enum err (*hear)(struct ctx *cx, void *arg, const char *piece);
	/* Asked several times a second; an error ends the calls out. */
	enum err (*look)(struct ctx *cx, void *arg);
	void *arg;
};

enum err assistant_answer(struct ctx *cx, const struct assistant *a,
    const struct assistant_question *q, const struct assistant_listener *l,
    struct assistant_answer *out) MUST_CHECK;

#endif
