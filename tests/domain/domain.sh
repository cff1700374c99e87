#!/bin/sh
# The domain, on a freshly migrated cluster of its own.
exec sh "${srcdir:-.}/tests/lib/with-cluster.sh" "${builddir:-.}/tests/domain/test_domain"
