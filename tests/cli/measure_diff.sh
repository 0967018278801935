#!/bin/sh
# measure diff: a record beside logs, records and reports, and every exit code.
. "$SRC/tests/cli/lib"

# SHA-384 of "a", "b", "c", and a register after "a", "b"
a=54a59b9f22b0b80880d8427e548b7c23abd873486e1f035dce9cd697e85175033caa88e6d57bc35efae0b5afd3145f31
b=98a906182cdcfb1eb4eb47117600f68958e2ddd140248b47984f4bde6587b89c8215c3da895a336e94ad1aca39015c40
c=40f98a05660bf871802ee59964de1945bd731a45cc7f48e4dadd92f34a7eeec089e149ad8c2434f11792e588b740d997
ab=941baacd1efc683b7bb6335428caa38156c9ebaf035df192fe8c89056f247fba20f0576d54c94ef52bdfd156ccbd67a3

step() { # NAME DIGEST
	printf '{"name":"%s","type":"EV_IPL","digest":"%s"}' "$1" "$2"
}

record() { # REGISTER VALUE STEPS
	printf '{"schema":"cococtl.measurement-record.v1","platform":"tdx","parameters":{},'
	printf '"files":[],"registers":[{"register":"%s","algorithm":"sha384",' "$1"
	printf '"inputs":[%s],"values":[{"value":"%s","label":{},"inputs":[]}]}],' "$3" "$2"
	printf '"not_computed":[],"not_measured":[]}\n'
}

event() { # DIGEST PAYLOAD
	printf '{"imr":2,"event_type":13,"digest":"%s","event":"","event_payload":"%s"}' "$1" "$2"
}

record tdx.rtmr2 $ab "$(step kernel $a),$(step initrd $b)" >rec
echo "[$(event $a 61),$(event $b 62)]" >same
echo "[$(event $a 61),$(event $c 6378)]" >changed
echo "[$(event $a 61),$(event $c 63),$(event $b 62)]" >more
echo "[$(event $a 61)]" >less

expect 0 measure diff rec same
has out "tdx.rtmr2 sha384 is equal, 2 events"
empty err

expect 1 measure diff rec changed
has out "differs from step 2 on (2 expected, 2 there)"
has out "initrd"
has out "cx"
has err verify.measurement.differs
expect 1 measure diff rec more
has out "nothing here"
hasnt out "more step"
expect 1 measure diff rec less
has out "initrd"
expect 1 measure diff rec changed --json
json out
has out '"kind":"changed"'
has out '"same_steps":1'
expect 0 measure diff rec same --json
json out

# a record with itself, and with another
expect 0 measure diff rec rec
record tdx.rtmr2 $a "$(step kernel $c),$(step initrd $a)" >other
expect 1 measure diff rec other
has out "1 more step differs, see --explain"
expect 1 measure diff rec other --explain
hasnt out "see --explain"

# nothing to compare
record tdx.mrtd $ab "" >mrtd
expect 8 measure diff mrtd same
has err trust.measurement.not_compared
has out "tdx.mrtd was not compared (the log has no events of it)"

# a report shows values without steps
{
	printf '\002\000\000\000'
	head -c 1180 /dev/zero
} >report
record snp.launch_digest $ab "" >snp
expect 1 measure diff snp report
has out "measure search"
record snp.launch_digest "$(printf '%096d' 0)" "" >snp
expect 0 measure diff snp report

# what cannot be read
expect 3 measure diff same rec
expect 4 measure diff rec missing
echo "not a log, but long enough" >text
expect 3 measure diff rec text
has err format.event_log.structure
echo '{"schema":"x"}' >text
expect 3 measure diff text same
head -c 70000000 /dev/zero >large
expect 9 measure diff rec large
expect 2 measure diff rec
expect 2 measure diff
# two platforms
sed 's/"tdx"/"tpm"/; s/tdx.rtmr2/tpm.pcr4/' rec >tpm
expect 8 measure diff tpm same
has err 'the record is of tpm, the other of tdx'
expect 8 measure diff tpm rec
has err 'the record is of tpm, the other of tdx'
echo ok
