/* link.c - see link.h. */
#include "db/link.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"

void
db_drop(struct db *db)
{
	PQfinish(db->pg);
	db->pg = NULL;
	db->session_ends = db->listening = false;
	db->slot_count = 0;
	memset(db->prepared, PREPARED_NO, sizeof(db->prepared));
}

void
link_first_line(char *out, size_t size, const char *message)
{
	size_t n = strcspn(message, "\r\n");

	if (n >= size)
		n = size - 1;
	memcpy(out, message, n);
	out[n] = '\0';
}

int
link_wait(struct db *db, short events, int64_t until_ms)
{
	struct pollfd p = {.fd = PQsocket(db->pg), .events = events};
	int64_t began = clock_mono_us(), left;
	int n;

	do {
		left = until_ms - clock_mono_ms();
		left = left < 0 ? 0 : left > INT_MAX ? INT_MAX : left;
		n = poll(&p, 1, (int)left);
	} while (n < 0 && errno == EINTR);
	db->stats.time_us += (uint64_t)(clock_mono_us() - began);
	return n > 0 ? p.revents : 0;
}
