#!/bin/sh
# The whole test suite on a fresh machine: sets volley up, builds the dev preset (warnings are errors, ASan and UBSan) and the
# release preset, and runs every test of both in one ctest. What follows on the command line goes to ctest: ./test.sh -R golden
# Tests labelled slow (minutes each) are left out: ctest --preset slow, after this script has built the dev preset.
set -eu
cd "$(dirname "$0")"
jobs=$(nproc 2>/dev/null || echo 2)
./setup.sh
for preset in release dev; do
    cmake --preset $preset
    cmake --build --preset $preset -j "$jobs"
done
# One ctest over both builds, so that the last lines are about all tests.
printf 'subdirs(dev release)\n' >build/CTestTestfile.cmake
exec ctest --test-dir build --output-on-failure -LE slow -j "$jobs" "$@"
