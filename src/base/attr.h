/* attr.h - compiler attributes, spelled once. */
#ifndef TENANTD_BASE_ATTR_H
#define TENANTD_BASE_ATTR_H

#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define RETURNS_NONNULL   __attribute__((returns_nonnull))
#define COUNT_OF(array)   (sizeof(array) / sizeof((array)[0]))

#endif
