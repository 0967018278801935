#!/bin/sh
# A reader that was written from docs/formats/model-package.md and shares no
# code with cococtl opens the kept package and fresh ones. It needs Python with
# the package cryptography, and zstd; $COCO_PYTHON names another Python.
. "$SRC/tests/cli/lib"

python=${COCO_PYTHON:-python3}
"$python" -c 'from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand' 2>/dev/null || {
	echo "Python with the package cryptography is not installed"
	exit 77
}
command -v zstd >/dev/null 2>&1 || { echo "zstd is not installed"; exit 77; }
reader="$SRC/tests/house/read_package.py"

gold="$SRC/testdata/model-package/v1"
"$python" "$reader" "$gold/layout" "$gold/content.key" kept >out || fail "the kept package"
diff -r "$gold/model" kept || fail "the kept package"

# many pieces, every transform, small files that share a segment
mkdir -p model/a
"$BUILT/tests/demo/mkmodel" model/big 1 2 >/dev/null || fail "no model was made"
seq 400000 >model/a/numbers
head -c 3000000 /dev/urandom >model/a/noise
"$python" - <<-'END'
	import array, random
	r = random.Random(1)
	array.array("f", (r.gauss(0, 0.02) for _ in range(300001))).tofile(open("model/a/f32", "wb"))
	END
printf x >model/a/one
: >model/a/empty
for compress in auto off zstd planes; do
	rm -rf pkg key back
	expect 0 model pack model -o pkg --new-key key --compress $compress --segment-size 8MiB
	"$python" "$reader" pkg key back >out || fail "--compress $compress"
	diff -r model back || fail "--compress $compress"
done
