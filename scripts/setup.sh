#!/usr/bin/env bash
# All set-up in one: a virtual environment in .venv, and the system libraries that Qt needs.
# Safe to run again. `make` runs it when .venv is missing or pyproject.toml has changed.
# With `screen` it installs what the end-to-end tests drive a window with, instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly VENV=.venv

say() { printf 'setup: %s\n' "$*" >&2; }

# Print the first Python that is new enough; $PYTHON, where it is set, is the only candidate.
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python3.14}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    say "Spanglass needs Python 3.11 or newer, and found none. On Debian 12 and later: apt-get install python3 python3-venv"
    return 1
}

# Install Debian packages where we may; else say the command and fail.
install_packages() {
    local packages=$1 root_shell=()
    if ! command -v apt-get >/dev/null; then
        say "Please install what the Debian packages $packages hold, with your system's package manager."
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            say "Please run this, then call make again: sudo apt-get install $packages"
            return 1
        fi
        root_shell=(sudo -n)
    fi
    say "installing $packages"
    # shellcheck disable=SC2086 - a list of words is wanted
    "${root_shell[@]}" apt-get update -qq >&2 &&
        "${root_shell[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends $packages >/dev/null
}

make_venv() {
    local python version
    python=$(find_python)
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    # Debian splits venv and ensurepip off its python3 package
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        install_packages "python$version-venv"
    fi
    say "making $VENV with Python $version"
    "$python" -m venv --clear "$VENV"
}

# Print the libraries of the system that Qt wants and the loader does not find.
list_missing_libraries() {
    local qt
    qt=$("$VENV/bin/python" -c 'import importlib.util as u; print(u.find_spec("PySide6").submodule_search_locations[0])')
    ldd "$qt"/Qt{Core,Gui,Widgets,Svg,Network}.abi3.so "$qt"/Qt/plugins/platforms/libq{xcb,offscreen}.so 2>/dev/null |
        sed -n 's/^[[:space:]]*\(.*\) => not found$/\1/p' | sort -u
}

install_qt_libraries() {
    local missing
    [ "$(uname -s)" = Linux ] && command -v ldd >/dev/null || return 0
    missing=$(list_missing_libraries | xargs)
    [ -n "$missing" ] || return 0
    say "Qt misses $missing"
    install_packages "$("$VENV/bin/python" -c 'from spanglass_viewer.cli.window import DEBIAN_PACKAGES as p; print(p)')"
    missing=$(list_missing_libraries | xargs)
    [ -z "$missing" ] || say "Qt still misses $missing; the parts that need them will not work."
}

install_screen() {
    local tool
    for tool in Xvfb xdotool gio dbus-daemon desktop-file-validate; do
        if ! command -v "$tool" >/dev/null; then
            install_packages "xvfb xdotool libglib2.0-bin dbus-daemon desktop-file-utils" || say "Tests that need a screen will not run."
            return
        fi
    done
}

install_project() {
    if ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
        make_venv
    fi
    say "installing the project and what it needs"
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --editable '.[viewer,test,dev]'
    install_qt_libraries
    touch "$VENV/.complete"
    say "done"
}

case "${1:-project}" in
project) install_project ;;
screen) install_screen ;;
*)
    say "usage: scripts/setup.sh [project | screen]"
    exit 2
    ;;
esac
