#!/bin/sh
# Installs what the build and the tests need on Debian 12 (or newer).
set -eu
pkgs='gcc make pkg-config libssl-dev libzstd-dev libjansson-dev libarchive-dev libcmocka-dev
clang libclang-rt-14-dev openssl'
missing=
for p in $pkgs; do
	[ "$(dpkg-query -W -f='${Status}' "$p" 2>/dev/null)" = 'install ok installed' ] ||
		missing="$missing $p"
done
if [ -z "$missing" ]; then
	echo "deps: everything is installed"
	exit 0
fi
sudo=
if [ "$(id -u)" != 0 ]; then
	sudo=sudo
fi
echo "deps: installing$missing"
$sudo apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing \
	>/dev/null
echo "deps: done"
