#!/bin/sh
# Small files before, between and behind large ones come back, with few and
# many threads, all and some of them, with and without digests.
. "$SRC/tests/cli/lib"

mkdir -p model/sub
for f in a c e sub/a sub/z; do
	echo "$f" >"model/$f"
done
: >model/empty
head -c 17825792 /dev/zero | tr '\0' 'b' >model/b
head -c 16777216 /dev/urandom >model/d
head -c 20000001 /dev/urandom >model/sub/m
for digests in --plaintext-digests --no-plaintext-digests; do
	rm -rf pkg key
	expect 0 model pack model -o pkg --new-key key --segment-size 8MiB $digests
	for jobs in 1 2 3 16; do
		rm -rf all some
		expect 0 model open pkg -o all --key key --jobs $jobs
		diff -r model all >differ || fail "--jobs $jobs $digests: $(cat differ)"
		expect 0 model open pkg -o some --key key --jobs $jobs --file a --file 'sub/*' \
			--file e
		find some -type f | LC_ALL=C sort | tr '\n' ' ' >list
		has list 'some/a some/e some/sub/a some/sub/m some/sub/z '
		cmp -s model/sub/m some/sub/m && cmp -s model/e some/e || fail "--jobs $jobs: some"
		expect 8 model verify pkg --key key --jobs $jobs
		has out 'pass   every chunk opens'
	done
done
