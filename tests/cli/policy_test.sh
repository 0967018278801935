#!/bin/sh
# policy test and policy lint on evidence policies: every exit code.
. "$SRC/tests/cli/lib"

cp "$SRC/testdata/fuzz/evidence/sample" sample.json
cat >good.toml <<EOF
policy = 1
require = ["fresh"]
[[rule]]
claim = "sample.svn"
one_of = ["1"]
EOF
expect 0 policy test good.toml --evidence sample.json
has out 'pass   cpu0: sample.svn is what the policy allows'
has out affirmed
expect 0 policy test good.toml --evidence sample.json --json
json out
sed 's/"1"\]/"2"]/' good.toml >other.toml
expect 1 policy test other.toml --evidence sample.json
has out 'policy line 3'
sed 's/sample.svn/sample.name/' good.toml >nobody.toml
expect 8 policy test nobody.toml --evidence sample.json
echo 'policy = 2' >two.toml
expect 3 policy test two.toml --evidence sample.json
expect 4 policy test nothere --evidence sample.json
expect 2 policy test good.toml

expect 0 policy lint good.toml
has out 'evidence policy'
expect 0 policy lint good.toml --evidence sample.json
expect 0 policy lint nobody.toml --evidence sample.json
has out "no rule looks at sample.svn"
expect 1 policy lint nobody.toml --evidence sample.json --strict
printf 'policy = 1\n[snp]\nmeasurement = []\n' >empty.toml
expect 1 policy lint empty.toml
has out 'has no value'
has out 'line 3'
expect 3 policy lint two.toml
has err two.toml
