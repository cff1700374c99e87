/* transfer.c - see transfer.h: the set. */
#include "net/transfer.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>

#include "net/transfer_state.h"

enum { ALSO_MAX = 8, IDLE_MAX = 32 };

struct list {
	struct transfer *first, *last;
};

struct transfers {
	CURLM *multi;
	struct list live, ended;
	int running;
};

static void
list_add(struct list *l, struct transfer *t)
{
	t->prev = l->last;
	t->next = NULL;
	*(l->last != NULL ? &l->last->next : &l->first) = t;
	l->last = t;
}

static void
list_remove(struct list *l, struct transfer *t)
{
	*(t->prev != NULL ? &t->prev->next : &l->first) = t->next;
	*(t->next != NULL ? &t->next->prev : &l->last) = t->prev;
	t->prev = t->next = NULL;
}

enum err
transfers_new(struct ctx *cx, struct transfers **out)
{
	static bool ready;
	struct transfers *set;

	if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(&cx->err, ERR_INTERNAL, "could not set up libcurl");
	ready = true;
	set = calloc(1, sizeof(*set));
	if (set == NULL || (set->multi = curl_multi_init()) == NULL) {
		free(set);
		return err_set(&cx->err, ERR_INTERNAL, "out of memory");
	}
	(void)curl_multi_setopt(set->multi, CURLMOPT_MAXCONNECTS, (long)IDLE_MAX);
	*out = set;
	return ERR_OK;
}

static void
release_handle(struct transfer *t)
{
	(void)curl_multi_remove_handle(t->set->multi, t->c);
	curl_easy_cleanup(t->c);
	curl_slist_free_all(t->fields);
	curl_slist_free_all(t->recipients);
	t->c = NULL;
	t->fields = t->recipients = NULL;
}

/* Out of its set, whether it has ended or not. */
static void
leave(void *arg)
{
	struct transfer *t = arg;
	struct transfers *set = t->set;

	if (set == NULL)
		return;
	list_remove(t->c != NULL ? &set->live : &set->ended, t);
	if (t->c != NULL)
		release_handle(t);
	t->set = NULL;
	set->running--;
}

void
transfers_free(struct transfers *set)
{
	if (set == NULL)
		return;
	while (set->live.first != NULL)
		leave(set->live.first);
	while (set->ended.first != NULL)
		leave(set->ended.first);
	(void)curl_multi_cleanup(set->multi);
	free(set);
}

static void
end(struct transfer *t, CURLcode rc)
{
	transfer_heard(t, rc);
	list_remove(&t->set->live, t);
	release_handle(t);
	list_add(&t->set->ended, t);
}

static void
perform(struct transfers *set)
{
	struct transfer *t;
	CURLMsg *msg;
	int n;

	(void)curl_multi_perform(set->multi, &n);
	while ((msg = curl_multi_info_read(set->multi, &n)) != NULL) {
		if (msg->msg != CURLMSG_DONE ||
		    curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &t) !=
			CURLE_OK)
			continue;
		end(t, msg->data.result);
	}
}

static void
join(struct transfers *set, struct transfer *t)
{
	t->set = set;
	set->running++;
	list_add(t->c != NULL ? &set->live : &set->ended, t);
	arena_defer(t->mem, leave, t);
}

enum err
transfer_start(struct ctx *cx, struct transfers *set, const struct transfer_request *rq,
    void *cookie)
{
	struct transfer *t = arena_alloc(cx->mem, sizeof(*t));

	t->mem = cx->mem;
	t->cookie = cookie;
	t->timeout_ms = ctx_time_left(cx, rq->timeout_ms);
	t->reply.address = "";
	t->reply.reason = transfer_refuse(cx, rq);
	t->reply.refused = t->reply.reason != NULL;
	if (!t->reply.refused && t->timeout_ms <= 0) /* to libcurl, 0 means for ever */
		t->reply.reason = "no time left";
	if (t->reply.reason != NULL) {
		join(set, t);
		return ERR_OK;
	}
	if ((t->c = curl_easy_init()) == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "could not set up libcurl");
	if (transfer_ask(t, rq) != CURLE_OK ||
	    curl_multi_add_handle(set->multi, t->c) != CURLM_OK) {
		curl_easy_cleanup(t->c);
		curl_slist_free_all(t->fields);
		curl_slist_free_all(t->recipients);
		return err_set(
		    &cx->err, ERR_INTERNAL, "could not set up a transfer: %s", t->why);
	}
	join(set, t);
	return ERR_OK;
}

void
transfer_cancel(struct transfers *set, const void *cookie)
{
	struct list *const lists[] = {&set->live, &set->ended};

	for (size_t i = 0; i < COUNT_OF(lists); i++)
		for (struct transfer *t = lists[i]->first, *next; t != NULL; t = next) {
			next = t->next;
			if (t->cookie == cookie)
				leave(t);
		}
}

int
transfers_running(const struct transfers *set)
{
	return set->running;
}

void
transfers_wait(struct transfers *set, struct pollfd *also, int also_n, int timeout_ms)
{
	struct curl_waitfd fds[ALSO_MAX];

	assert(also_n >= 0 && also_n <= ALSO_MAX);
	for (int i = 0; i < also_n; i++) {
		also[i].revents = 0;
		fds[i] = (struct curl_waitfd){.fd = also[i].fd};
		if ((also[i].events & POLLIN) != 0)
			fds[i].events |= CURL_WAIT_POLLIN;
		if ((also[i].events & POLLOUT) != 0)
			fds[i].events |= CURL_WAIT_POLLOUT;
	}
	perform(set);
	if (set->ended.first != NULL)
		timeout_ms = 0;
	(void)curl_multi_poll(
	    set->multi, also_n > 0 ? fds : NULL, (unsigned)also_n, timeout_ms, NULL);
	if (also_n > 0) /* libcurl does not tell of POLLERR and POLLHUP */
		(void)poll(also, (nfds_t)also_n, 0);
	perform(set);
}

bool
transfers_next(
    struct transfers *set, void **cookie, const struct transfer_reply **reply)
{
	struct transfer *t = set->ended.first;

	if (t == NULL)
		return false;
	*cookie = t->cookie;
	*reply = &t->reply;
	leave(t);
	return true;
}
