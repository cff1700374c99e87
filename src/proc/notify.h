/*
 * notify.h - tells systemd what becomes of the service (sd_notify(3): a datagram to the
 * socket that NOTIFY_SOCKET names).
 *
 * Owner:    nobody.
 * Lifetime: a call.
 * Threads:  one.
 * Failure:  none: without the variable nothing is done, and what cannot be sent is
 * lost.
 */
#ifndef TENANTD_PROC_NOTIFY_H
#define TENANTD_PROC_NOTIFY_H

void notify_ready(void);     /* started, or the reload is over */
void notify_reloading(void); /* notify_ready() must follow */
void notify_stopping(void);

#endif
