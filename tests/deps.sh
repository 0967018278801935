#!/bin/sh
# Installs what the build and the tests need on Debian 12 or newer, as root or
# through sudo. Needed packages first; then peers, with which more tests run
# instead of being skipped: a peer that cannot be had is no failure.
set -eu
needed='gcc make pkg-config libssl-dev libzstd-dev zlib1g-dev libjansson-dev libarchive-dev libcmocka-dev
libcurl4-openssl-dev libmicrohttpd-dev libcbor-dev libxml2-dev openssl'
peers='clang mandoc ovmf python3 python3-cryptography python3-jwcrypto python3-cbor2 zstd age skopeo
strace libxml2-utils docker-registry cryptsetup-bin qemu-utils qemu-system-x86 dosfstools mtools pesign sbsigntool'

command -v apt-get >/dev/null 2>&1 || {
	echo "deps: this is no Debian; install the like of:" $needed $peers
	exit 1
}

is_installed() {
	[ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" = 'install ok installed' ]
}

missing() { # PACKAGE...: those that are not installed
	for p; do
		is_installed "$p" || printf ' %s' "$p"
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

install() { # PACKAGE...: quiet unless it fails
	echo "deps: installing $*"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		"$@" </dev/null >"$log" 2>&1 || {
		tail -n 20 "$log"
		return 1
	}
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
{
	need=$(missing $needed)
	want=$(missing $peers)
}
# the sanitizers of clang are a package of their own, named after its version
if [ -z "$need$want" ] && ls /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.asan-* >/dev/null 2>&1
then
	echo "deps: everything is installed"
	exit 0
fi
as_root apt-get update -qq </dev/null >"$log" 2>&1 || {
	tail -n 20 "$log"
	exit 1
}
# shellcheck disable=SC2086
[ -z "$need" ] || install $need
for p in $want; do
	install "$p" || echo "deps: $p cannot be installed; tests with it will be skipped"
done
major=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
if [ -n "$major" ] && ! is_installed "libclang-rt-$major-dev"; then
	install "libclang-rt-$major-dev" || echo "deps: clang has no sanitizers here"
fi
echo "deps: done"
