#!/bin/sh
# The tests of rls check, on a cluster of their own.
exec sh "${srcdir:-.}/tests/lib/with-cluster.sh" "${builddir:-.}/tests/db/test_rls"
