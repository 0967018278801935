#!/bin/sh
# make install puts exactly what make uninstall removes; a program builds and
# runs against what was installed, through pkg-config.
set -u
: "${SRC:?run this through make check}" "${B:?}"
dest=$PWD/dest
lib=$dest/usr/local/lib
bad=0

complain() {
	echo "$*"
	bad=1
}

# The variables of the calling make (CC, SANITIZE, W) arrive in MAKEFLAGS.
build() {
	make -C "$SRC" "$@" DESTDIR="$dest" >log 2>&1 || {
		echo "make $* failed:"
		tail -n 15 log
		exit 1
	}
}

build install
(cd "$dest" && find . ! -type d | sort) >installed
for f in bin/cococtl lib/libcococtl.so.0 lib/libcococtl.so lib/libcococtl.a \
	lib/pkgconfig/cococtl.pc include/cococtl.h share/bash-completion/completions/cococtl \
	share/zsh/site-functions/_cococtl share/fish/vendor_completions.d/cococtl.fish; do
	grep -qx "./usr/local/$f" installed || complain "not installed: $f"
done
ls "$dest"/usr/local/share/man/man1/*.1 >/dev/null 2>&1 || complain "no manual page was installed"
grep -vE '^\./usr/local/(bin|lib|include|share)/' installed && bad=1
grep -q '@' "$lib/pkgconfig/cococtl.pc" && complain "cococtl.pc has an unreplaced @NAME@"
[ "$(find "$dest" -type f -perm /022 | wc -l)" = 0 ] || complain "installed files are writable by all"

PKG_CONFIG_PATH=$lib/pkgconfig
PKG_CONFIG_SYSROOT_DIR=
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
pc="${PKG_CONFIG:-pkg-config} --define-variable=prefix=$dest/usr/local"
pc="$pc --define-variable=libdir=$lib --define-variable=includedir=$dest/usr/local/include"
version=$(cat "$SRC/VERSION")
[ "$($pc --modversion cococtl)" = "$version" ] || complain "cococtl.pc has another version"

cat >user.c <<'END'
#include <cococtl.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
	struct coco_diag *d = coco_diag_new();
	int r = coco_json_check("{\"a\":1,\"a\":2}", 13, 100, d);

	if (d == NULL || strcmp(coco_error_id(r), "format.json.duplicate") != 0)
		return 1;
	coco_diag_free(d);
	return puts(coco_version()) < 0;
}
END
san=
if nm -D "$lib/libcococtl.so.0" | grep -q '__asan_'; then
	san=-fsanitize=address,undefined
elif nm -D "$lib/libcococtl.so.0" | grep -qE '__(t|ub)san_'; then
	san=-fsanitize=undefined
fi
nm -D "$lib/libcococtl.so.0" | grep -q '__tsan_' && san=-fsanitize=thread
[ -z "${COVERAGE:-}" ] || san=--coverage
# shellcheck disable=SC2046,SC2086
${CC:-cc} $san -o user user.c $($pc --cflags --libs cococtl) || complain "does not link"
[ "$(LD_LIBRARY_PATH=$lib ./user)" = "$version" ] || complain "the shared library does not work"
# the archive, with the shared libraries that it needs
# shellcheck disable=SC2046,SC2086
${CC:-cc} $san -o user-static user.c $($pc --cflags cococtl) "$lib/libcococtl.a" \
	$(${PKG_CONFIG:-pkg-config} --libs $($pc --print-requires-private cococtl)) -pthread ||
	complain "does not link statically"
[ "$(./user-static)" = "$version" ] || complain "the static library does not work"
"$dest/usr/local/bin/cococtl" version >/dev/null || complain "the program does not work"

build uninstall
(cd "$dest" && find . ! -type d | sort) >left
if [ -s left ]; then
	echo "uninstall leaves:"
	cat left
	bad=1
fi
exit $bad
