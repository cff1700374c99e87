/*
 * intake.h - the head of a FastCGI request, read from its connection and judged before
 * libfcgi sees it.
 *
 * libfcgi asks for as much memory as a parameter says it is long, ends the process when
 * it does not get it, and waits anew for every byte. So the records up to the end of
 * the parameters are taken here, within one deadline and one limit, and handed over in
 * a file in memory; what follows stays on the connection.
 *
 * Owner:    the door that made it.
 * Lifetime: of the door; the file holds one head at a time.
 * Threads:  one.
 * Failure:  false: no request, or none in time; the connection is of no use any more.
 */
#ifndef TENANTD_HTTP_INTAKE_H
#define TENANTD_HTTP_INTAKE_H

#include "base/buf.h"

enum { INTAKE_MAX = 8 * 1024 * 1024 }; /* bytes of parameters, records and all */

struct intake {
	int file;           /* -1: none yet */
	struct buf records; /* as they came */
	struct buf pairs;   /* what the parameters' records hold */
};

void intake_init(struct intake *in);
void intake_fini(struct intake *in);
/* Reads from BEGIN_REQUEST to the empty PARAMS into in->file, which is at its start
 * then. */
bool intake_take(struct intake *in, int connection, int timeout_ms);

#endif
