#!/bin/sh
# File names are unique in the tree, every module of formats/ and lib/ has its
# unit test, every fuzz target its corpus and its place (CONTRIBUTING.md,
# "Names" and "Tests").
set -u
: "${SRC:?run this through make check}"
bad=0
cd "$SRC" || exit 1

complain() {
	echo "$*"
	bad=1
}

all=$(find formats lib cli tests fuzz bench -name '*.[ch]' 2>/dev/null)
[ "$(echo "$all" | wc -l)" -gt 50 ] || complain "too few source files found"
dup=$(for f in $all; do echo "${f##*/}"; done | sort | uniq -d)
[ -z "$dup" ] || complain "file names used twice:" $dup
odd=$(for f in $all; do echo "${f##*/}"; done | grep -vE '^[a-z][a-z0-9_]*\.[ch]$')
[ -z "$odd" ] || complain "file names that are not snake_case:" $odd

# test_a_b.c, or test_a.c for the further files a_*.c of a module a
has_test() { # FLOOR/WING NAME
	_n=$2
	while [ -n "$_n" ]; do
		[ ! -f "tests/$1/test_$_n.c" ] || return 0
		case $_n in
		*_*) _n=${_n%_*} ;;
		*) return 1 ;;
		esac
	done
}

for f in $(find formats lib -name '*.c' | sort); do
	dir=${f%/*}
	name=${f##*/}
	has_test "$dir" "${name%.c}" || complain "$f has no tests/$dir/test_${name%.c}.c"
done

# and every test belongs to something
for f in $(find tests/formats tests/lib -name 'test_*.c' | sort); do
	dir=${f%/*}
	dir=${dir#tests/}
	name=${f##*/test_}
	name=${name%.c}
	[ -n "$(find "$dir" -name "$name.c" -o -name "${name}_*.c" -o -name "${name%_*}.c")" ] ||
		complain "$f tests no file of $dir"
	grep -q "test_$name\.c - " "$f" || complain "$f has no head comment with its name"
done
for f in $(find formats lib cli -name '*.[ch]' | sort); do
	head -n 4 "$f" | grep -qF "${f##*/} - " || complain "$f has no head comment with its name"
done
for f in fuzz/fuzz_*.c; do
	name=${f#fuzz/fuzz_}
	[ -d "testdata/fuzz/${name%.c}" ] || complain "$f has no seeds in testdata/fuzz/${name%.c}"
done
exit $bad
