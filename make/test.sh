#!/bin/sh
# Everything that is checked, stage by stage. Every stage runs, whatever came before it; the end says which failed, how
# long each took, and what the tests of the workspace came to.
set -u
cd "$(dirname "$0")/.."
PATH="$PWD/target/tools/bin:$PATH"
target=${CARGO_TARGET_DIR:-target}
logs=target/test-logs
mkdir -p "$logs"
begun=$(date +%s)
table=""
failed=0

# stage NAME COMMAND...
stage() {
    name=$1
    shift
    printf '\n=== %s\n' "$name"
    start=$(date +%s)
    if "$@"; then outcome=ok; else outcome=FAILED; failed=1; fi
    took=$(($(date +%s) - start))
    table="$table$(printf '%-28s %5d s  %s' "$name" "$took" "$outcome")
"
}

nextest() {
    # The exit code of the tests, not of tee.
    { cargo nextest run --workspace --profile ci 2>&1; echo $? >"$logs/nextest.code"; } | tee "$logs/nextest.log"
    return "$(cat "$logs/nextest.code")"
}

in_app() { (cd web/app && npm run --silent "$1"); }

stage "what is missing" sh make/need.sh compiler rust node python oracles schemathesis postgresql openssl postfix dovecot ssh browser nextest
stage "web build" make --no-print-directory web
stage "formatting" cargo fmt --check
# Tidy runs among the tests.
stage "clippy" cargo clippy --quiet --workspace --all-targets -- -D warnings
stage "web lint" in_app lint
stage "web types" in_app typecheck
stage "web tests" in_app test
stage "tests" nextest
stage "browser tests" sh make/browser-tests.sh "$target/debug/convoke"

printf '\n=== %s\n%s%-28s %5d s\n' "Stages" "$table" "all" "$(($(date +%s) - begun))"
grep -E '^ +Summary \[' "$logs/nextest.log" | tail -n 1
[ "$failed" = 0 ] && echo "make test: everything passed" || echo "make test: FAILED"
exit "$failed"
