#!/bin/sh
# Installs the Debian packages that are missing, configures, and builds build/release/volley. Does nothing twice.
#   ./setup.sh                 all of it
#   ./setup.sh --packages      only the packages
#   ./setup.sh --no-packages   only the build: for machines where packages are somebody else's business
# Why each package is needed: docs/dependencies.md
set -eu
cd "$(dirname "$0")"
top=$(pwd)

needed="gcc g++ make cmake pkg-config libc6-dev libyaml-dev libhdf5-dev nettle-dev libcunit1-dev python3"
# The SystemC engine and the RTL cores are built from these two; the rest serves the tests of the source tree.
further="python3-numpy python3-h5py libsystemc-dev verilator yosys clang-format clang-tidy"

say() {
    printf '%s\n' "setup: $*"
}

is_installed() {
    case $(dpkg-query -W -f='${Status}' "$1" 2>/dev/null) in
    *"ok installed"*) return 0 ;;
    esac
    return 1
}

missing_of() {
    list=""
    for package in "$@"; do
        is_installed "$package" || list="$list $package"
    done
    printf '%s' "$list"
}

# Runs a command as root: as we are, or with sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

check_root() {
    [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null 2>&1 && return 0
    say "you are not root and there is no sudo; have an administrator run:" >&2
    say "    apt-get install$missing$missing_further" >&2
    [ -z "$missing" ] || exit 1
    say "going on without: volley builds, and the tests that need these say SKIPPED" >&2
    return 1
}

install_packages() {
    if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
        say "this system has no apt-get, so nothing is installed; what is needed, by its Debian names:"
        say "    $needed"
        say "and for the whole test suite:"
        say "    $further"
        return 0
    fi
    # shellcheck disable=SC2086 # lists of words
    missing=$(missing_of $needed)
    # shellcheck disable=SC2086
    missing_further=$(missing_of $further)
    if [ -z "$missing$missing_further" ]; then
        say "all packages are there"
        return 0
    fi
    check_root || return 0
    say "installing$missing$missing_further"
    if ! as_root apt-get update -q; then
        say "the package lists could not be fetched (is the network up?); not installed:$missing$missing_further" >&2
        [ -z "$missing" ] || exit 1
        say "going on without: volley builds, and the tests that need these say SKIPPED" >&2
        return 0
    fi
    # shellcheck disable=SC2086
    if [ -n "$missing" ] && ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing; then
        say "apt-get could not install$missing; its message stands above" >&2
        exit 1
    fi
    # shellcheck disable=SC2086
    if [ -n "$missing_further" ] && ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing_further; then
        say "apt-get could not install$missing_further; volley builds without, and the tests that need them say SKIPPED"
    fi
}

# Names what is not there before cmake does so at length.
check_tools() {
    absent=""
    for tool in cc c++ cmake make pkg-config; do
        command -v "$tool" >/dev/null 2>&1 || absent="$absent $tool"
    done
    if [ -z "$absent" ]; then
        for library in yaml-0.1 hdf5 nettle cunit; do
            pkg-config --exists "$library" || absent="$absent $library(pkg-config)"
        done
    fi
    [ -z "$absent" ] && return 0
    say "cannot build: there is no$absent" >&2
    exit 1
}

build() {
    check_tools
    say "building build/release/volley"
    mkdir -p build
    cmake --preset release >build/setup.log 2>&1 || { cat build/setup.log >&2; exit 1; }
    cmake --build --preset release --target volley -j "$(nproc 2>/dev/null || echo 2)"
    say "done; to call it volley:"
    echo "export PATH=\"$top/build/release:\$PATH\""
}

missing="" missing_further=""
case "${1:-}" in
"")
    install_packages
    build
    ;;
--packages) install_packages ;;
--no-packages) build ;;
*)
    say "usage: ./setup.sh [--packages | --no-packages]" >&2
    exit 2
    ;;
esac
