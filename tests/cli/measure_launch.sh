#!/bin/sh
# measure snp, sev-es and sev: values, matrices, records, and every exit code.
# The values of the image of make_firmware were computed with sev-snp-measure 0.0.13.
. "$SRC/tests/cli/lib"
. "$SRC/tests/cli/firmware_lib"

make_firmware fw
echo kernel >kernel
echo initrd >initrd
printf 'console=ttyS0 ' >line

value() { # WANTED ARGUMENT...: one value is computed
	wanted=$1
	shift
	expect 0 measure "$@"
	has out "launch_digest  $wanted"
}

one=d7ca09b7f7bf9849e2b361ddbdd37232a18968e51601b8d7108fab6c43195bcd228e0ebd6d86dc787c514ed3e817034c
ec2=e436f5669c88b260999efbfadec907f191b8e9b7f2f54c4ddbaaba4cfd2725459c483e4aeffad56edaef4321df76910b
gce=94739c416b782a0b5cf37a639b58c6f8993fca166d2ac5a1f814fdef50aec325f334fbc96fe7d6fe3890f513550048c5
boot=15f8cd5c52c4a408c2f2611976ac32384be2a351040085658e1462f23f191d43b28be9b51c4c44d700b1c9e6befe2750
pages=7180254d4fcfe17859ee01842b79003215422eebd993d1345e25d31a663a8c35e7f9cddddd70fb9a05d0068a059dbf77
es=611d33ab10517680c036e694f0fea616e7ee13424cb9d038c1a81ee994345e8e

# values
value $one snp --firmware fw --vcpu-type EPYC-v4
value $one snp --firmware fw --vcpu-type epyc-V4 --vcpus 1
value $one snp --firmware fw --vcpu-sig 0x800f12 --guest-features 1
value $one snp --firmware fw --vcpu-sig 8392466
value $one snp --firmware fw --vcpu-type EPYC --firmware-digest $pages
value $ec2 snp --firmware fw --vcpus 2 --vmm ec2
value $ec2 snp --firmware fw --vcpus 2 --vmm ec2 --vcpu-type EPYC-Milan
value $gce snp --firmware fw --vcpus 2 --vmm gce
value $es sev-es --firmware fw --vcpus 2 --vcpu-type EPYC-v4 --kernel kernel
value 100add2c5ff76e465c73cc4bc9db97ba2d920e8d5a15f909483bd5de91b546d2 sev --firmware fw
value 9b29808563b5feb344c434f423463340e047b4bcd5bd051923df3884f43d06a6 sev --firmware fw \
	--kernel kernel --append a
value $one snp --firmware - --vcpu-type EPYC-v4 <fw
for append in 'console=ttyS0 ' @line; do
	value $boot snp --firmware fw --vcpus 4 --vcpu-type EPYC-Milan --kernel kernel \
		--initrd initrd --append "$append" --guest-features 0x21
done
# the named choices change the value
expect 0 measure snp --firmware fw --vcpus 4 --vcpu-type EPYC-Milan --kernel kernel \
	--initrd initrd --append @line --guest-features 0x21 --append-form trimmed
hasnt out $boot
expect 0 measure snp --firmware fw --vcpus 2 --vmm ec2 --ec2-reset rdx-0
hasnt out $ec2
cp out rdx
expect 0 measure snp --firmware fw --vcpus 2 --vmm krun
cmp -s out rdx && fail "krun is not ec2"

# a matrix is a set of labelled values; the single ones are among them
expect 0 measure snp --firmware fw --vcpus 1,3-5,4 --vcpu-type EPYC-v4,EPYC-Milan -o set.json
empty out
has err '8 allowed values'
has err $one
[ "$(grep -c '"value":' set.json)" = 8 ] || fail "8 values"
[ "$(grep -c '"vcpu_type": "EPYC-Milan"' set.json)" = 4 ] || fail "labels"
expect 0 measure snp --firmware fw --vcpus 1-64 --vcpu-type all --json
json out
has out '"vcpus":64,"vcpu_type":"EPYC-Turin"'

# the record: same inputs, same bytes; nothing of paths in it
cp fw other-name
expect 0 measure snp --firmware fw --vcpu-type EPYC-v4 -o a.json
expect 0 measure snp --firmware ./other-name --vcpu-type EPYC-v4 -o b.json
cmp -s a.json b.json || fail "records of the same inputs differ"
hasnt b.json other-name
"$BUILT/tests/cli/core/test_out" a.json || fail "the record is not JSON"
has a.json '"schema": "cococtl.measurement-record.v1"'
if command -v python3 >/dev/null 2>&1; then
	mkdir schemas
	cp "$SRC/docs/formats/measurement-record.v1.schema.json" schemas/
	for file in a.json set.json; do
		python3 "$SRC/tests/cli/schema_check.py" schemas $file || fail "schema of $file"
	done
fi
expect 10 measure snp --firmware fw --vcpu-type EPYC-v4 -o a.json
expect 0 measure snp --firmware fw --vcpu-type EPYC-v4 -o a.json -f
expect 0 measure snp --firmware fw --vcpu-type EPYC-v4 -o dry.json -n
[ ! -e dry.json ] || fail "--dry-run wrote"
expect 0 measure snp --firmware fw --vcpu-type EPYC-v4 -o -
cmp -s out a.json || fail "-o -"

# --explain: every step, and what is left out
expect 0 measure snp --firmware fw --vcpus 2 --vcpu-type EPYC-v4 --explain
has out "$pages"
has out 'section 1 secrets'
has out '0xfffffffff000'
has out 'not measured'
has out 'no kernel hashes'
expect 0 measure sev-es --firmware fw --vcpus 2 --vcpu-type EPYC-v4 --kernel kernel --explain
has out 'kernel hashes table'
hasnt out 'no kernel hashes'

# vCPU pages
mkdir vmsa
expect 0 measure snp --firmware fw --vcpus 2 --vcpu-type EPYC-v4 --dump-vmsa vmsa -n
[ -z "$(ls vmsa)" ] || fail "--dry-run wrote pages"
expect 0 measure snp --firmware fw --vcpus 2 --vcpu-type EPYC-v4 --dump-vmsa vmsa
[ "$(wc -c <vmsa/vmsa-EPYC-v4-bsp.bin)" = 4096 ] || fail "bsp page"
[ "$(wc -c <vmsa/vmsa-EPYC-v4-ap.bin)" = 4096 ] || fail "ap page"
expect 10 measure snp --firmware fw --vcpus 2 --vcpu-type EPYC-v4 --dump-vmsa vmsa
expect 4 measure snp --firmware fw --vcpu-type EPYC-v4 --dump-vmsa none

# usage
expect 2 measure snp --firmware fw
has err '--vcpu-type or --vcpu-sig'
expect 2 measure snp --vcpu-type EPYC-v4
for list in 0 1- 2-1 x 1,,2 4097 1-9999999999 1,; do
	expect 2 measure snp --firmware fw --vcpu-type EPYC-v4 --vcpus "$list"
	has err '[usage.vcpu.count]'
done
for type in EPYC-v9 EPYC, host; do
	expect 2 measure snp --firmware fw --vcpu-type "$type"
	has err '[usage.vcpu.type]'
done
for n in 0x 0x100000000 -1 1x; do
	expect 2 measure snp --firmware fw --vcpu-sig "$n"
done
expect 2 measure snp --firmware fw --vcpu-sig 1 --guest-features 0x10000000000000000
expect 2 measure snp --firmware fw --vcpu-sig 1 --firmware-digest abcd
expect 2 measure snp --firmware fw --vcpu-sig 1 --vcpu-type EPYC
expect 2 measure snp --firmware fw --vcpu-sig 1 --initrd initrd
expect 2 measure snp --firmware fw --vcpu-sig 1 --append x
expect 2 measure snp --firmware fw --vcpu-sig 1 --svsm fw
expect 2 measure sev --firmware fw --vcpus 2
printf 'a\0b' >nul
expect 2 measure sev --firmware fw --kernel kernel --append @nul
has err '[usage.cmdline.form]'

# files that are not what they should be
expect 4 measure snp --firmware missing --vcpu-sig 1
expect 4 measure snp --firmware . --vcpu-sig 1
expect 4 measure snp --firmware fw --vcpu-sig 1 --kernel missing
expect 3 measure snp --firmware kernel --vcpu-sig 1
has err '[format.firmware.size]'
head -c 4096 /dev/zero >plain
expect 3 measure snp --firmware plain --vcpu-sig 1
has err '[format.sev.no_metadata]'
expect 3 measure snp --firmware plain --vcpu-sig 1 --vcpus 2
has err '[format.firmware.no_reset]'
expect 3 measure sev --firmware plain --kernel kernel
has err '[format.sev.no_hashes]'
expect 0 measure sev --firmware plain
expect 3 measure snp --firmware fw --vcpu-sig 1 --svsm fw --vars-size 4096
has err '[format.svsm.no_info]'
cp fw bad
put bad 2040 '\002'
expect 3 measure snp --firmware bad --vcpu-sig 1
has err '[format.sev.metadata]'
cp fw bad
put bad 2024 '\007'
expect 3 measure snp --firmware bad --vcpu-sig 1
has err '[format.sev.section]'
has err 'bad'
cp fw bad
put bad 50 '\377\377'
expect 3 measure snp --firmware bad --vcpu-sig 1
has err '[format.firmware.table]'
head -c 70000 /dev/zero | tr '\0' a >long
expect 9 measure sev --firmware fw --kernel kernel --append @long
expect 9 measure snp --firmware fw --vcpus 1-4096 --vcpu-type all
has err '[limit.matrix.values]'
