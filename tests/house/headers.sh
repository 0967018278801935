#!/bin/sh
# Each header compiles alone and twice, has its guard, and keeps the warning
# flags; the public one also compiles as C++ and without GNU extensions.
set -u
: "${SRC:?run this through make check}"
CC=${CC:-cc}
pc=${PKG_CONFIG:-pkg-config}
flags="-I$SRC -D_GNU_SOURCE $($pc --cflags libcrypto libzstd jansson libarchive libcurl libcbor libxml-2.0 cmocka)"
flags="$flags -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wundef -Wstrict-prototypes"
flags="$flags -Wmissing-prototypes -Wredundant-decls -Werror"
bad=0
n=0

for h in $(cd "$SRC" && find formats lib cli tests fuzz bench -name '*.h' 2>/dev/null | sort); do
	n=$((n + 1))
	# one use keeps a translation unit from being empty
	printf '#include "%s"\n#include "%s"\nextern int coco_used;\n' "$h" "$h" >one.c
	# shellcheck disable=SC2086
	if ! $CC -std=gnu11 $flags -fsyntax-only one.c >log 2>&1; then
		echo "$h does not compile alone:"
		head -n 12 log
		bad=1
	fi
	guard=$(sed -n 's/^#ifndef \(COCO[A-Z0-9_]*_H\)$/\1/p' "$SRC/$h" | head -n 1)
	if [ -z "$guard" ] || ! grep -q "^#define $guard\$" "$SRC/$h"; then
		echo "$h has no include guard COCO_..._H"
		bad=1
	fi
	echo "$guard $h" >>guards
done
if [ "$n" -lt 20 ]; then
	echo "only $n headers found"
	bad=1
fi
dup=$(cut -d' ' -f1 guards | sort | uniq -d)
if [ -n "$dup" ]; then
	echo "guard used twice: $dup"
	bad=1
fi

printf '#include "lib/cococtl.h"\nint main(void) { return coco_version() == 0; }\n' >public.c
for std in c11 c17; do
	$CC -std=$std -pedantic-errors -Wall -Wextra -Werror "-I$SRC" -fsyntax-only public.c || bad=1
done
if printf 'int x;\n' | $CC -x c++ -fsyntax-only - 2>/dev/null; then
	for std in c++11 c++17; do
		$CC -x c++ -std=$std -pedantic-errors -Wall -Wextra -Werror "-I$SRC" -fsyntax-only \
			public.c || bad=1
	done
fi
exit $bad
