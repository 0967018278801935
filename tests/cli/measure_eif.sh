#!/bin/sh
# measure eif: values and every exit code. The values were computed apart from
# this program.
. "$SRC/tests/cli/lib"

# kernel "kernel", command line "a=b", RAM disks "disk" and "more"
make_eif() { # FILE CHECKSUM
	# shellcheck disable=SC2059
	{
		printf '\056\145\151\146\000\004\000\000\000\000\000\000\100\000\000\000'
		printf '\000\000\000\000\000\000\000\002\000\000\000\004'
		printf '\000\000\000\000\000\000\002\044\000\000\000\000\000\000\002\066'
		printf '\000\000\000\000\000\000\002\105\000\000\000\000\000\000\002\125'
		head -c 224 /dev/zero
		printf '\000\000\000\000\000\000\000\006\000\000\000\000\000\000\000\003'
		printf '\000\000\000\000\000\000\000\004\000\000\000\000\000\000\000\004'
		head -c 228 /dev/zero
		printf "$2"
		printf '\000\001\000\000\000\000\000\000\000\000\000\006kernel'
		printf '\000\002\000\000\000\000\000\000\000\000\000\003a=b'
		printf '\000\003\000\000\000\000\000\000\000\000\000\004disk'
		printf '\000\003\000\000\000\000\000\000\000\000\000\004more'
	} >"$1"
}

make_eif good.eif '\223\160\263\357'
make_eif crc.eif '\223\160\263\356'
head -c 600 good.eif >short.eif

pcr0=af7d14acc6e583ce55f3f3a1b686b6b9b0ce805b10757aecb18795b0d3cd9a735757c89194c715da3bcdee8e3fff1bc5
pcr1=ec799c6e2729275a956e296bb1e0b1a5b23d66a5b3ef3e3ebe1ef259e81db14fa1b159f2fb4c7a843b0f23ea66dfb905
pcr2=4580054b9620c3c7a298702e050b5880b15faf676adc4277bcbcf4c4ee651158ab08a765ebcb61b4f13ebcf24088f135

expect 0 measure eif good.eif
for v in $pcr0 $pcr1 $pcr2; do
	has out $v
done
hasnt out nitro.pcr8
expect 0 measure eif good.eif --explain
has out 'kernel, cmdline, all ramdisks'
has out 'PCR 8'
expect 0 measure eif good.eif --json
json out
has out '"signed":false'
expect 0 measure eif good.eif -o record.json
mkdir schemas
cp "$SRC/docs/formats/measurement-record.v1.schema.json" schemas/
if command -v python3 >/dev/null 2>&1; then
	python3 "$SRC/tests/cli/schema_check.py" schemas record.json || fail "schema of the record"
fi
has record.json '"platform": "nitro"'
expect 10 measure eif good.eif -o record.json
expect 2 measure eif
expect 3 measure eif crc.eif
has err checksum
expect 3 measure eif short.eif
expect 3 measure eif record.json
expect 4 measure eif nothing.eif

# constant memory: a large sparse image, whose checksum is compared at its end
cp good.eif large.eif
for at in 308 601; do # the size of the last section, in both headers
	printf '\000\000\000\000\012\000\000\000' |
		dd of=large.eif bs=1 seek=$at conv=notrunc 2>/dev/null
done
dd if=/dev/null of=large.eif bs=1 seek=$((609 + 167772160)) 2>/dev/null
(
	ulimit -v 150000
	"$COCOCTL" measure eif large.eif >out 2>err
	[ $? = 3 ] || fail "a large image in little memory"
) || exit 1
has err checksum
exit 0
