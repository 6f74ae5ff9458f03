#!/bin/sh
# What takes longer than `make test` may: kills, stops and failovers by the hundred, and connections by the hundred thousand.
# 30 minutes in all, and then 10 minutes of fuzzing for each parser, as many at a time as there are cores; `make soak MINUTES=5`
# shortens both alike. What is random follows from CONVOKE_SEED, which each test prints.
set -u
cd "$(dirname "$0")/.."
PATH="$PWD/target/tools/bin:$PATH"
minutes=${MINUTES:-30}
table=""
failed=0

# stage NAME PERCENT FILTER: the tests that match, each going on for its share of the time.
stage() {
    seconds=$((minutes * 60 * $2 / 100))
    printf '\n=== %s (%d s)\n' "$1" "$seconds"
    start=$(date +%s)
    if CONVOKE_SOAK_SECONDS=$seconds cargo nextest run --package convoke --test faults --test attacks --profile soak --success-output final -E "$3"; then
        outcome=ok
    else
        outcome=FAILED
        failed=1
    fi
    table="$table$(printf '%-28s %5d s  %s' "$1" "$(($(date +%s) - start))" "$outcome")
"
}

sh make/need.sh compiler rust python oracles postgresql nextest || exit 1
cargo nextest list --package convoke --test faults --test attacks >/dev/null || exit 1
stage "kills on SQLite" 25 'test(/killed::.*sqlite/)'
stage "kills on PostgreSQL" 25 'test(/killed::.*postgres/)'
stage "stops" 15 'test(/stopped::others/)'
stage "crashes of PostgreSQL" 15 'test(/database::.*crashes/)'
stage "failover of PostgreSQL" 5 'test(/database::.*promoted/)'
stage "100,000 connections" 5 'test(/starved::connections/)'
stage "3,000 invitations" 5 'test(/invitations::/)'
stage "slow clients" 5 'test(/slow_clients/)'

# Rules, cuts and edits by chance, against other programs and against themselves. The seed of the rules is printed.
printf '\n=== series by chance\n'
start=$(date +%s)
if ORACLE_SEED=${CONVOKE_SEED:-$start} ORACLE_CASES=$((minutes * 2000)) PROPTEST_CASES=$((minutes * 700)) \
    cargo nextest run --package convoke-meeting --profile soak --success-output final; then
    outcome=ok
else
    outcome=FAILED
    failed=1
fi
table="$table$(printf '%-28s %5d s  %s' "series by chance" "$(($(date +%s) - start))" "$outcome")
"

printf '\n=== fuzzing\n'
start=$(date +%s)
if sh make/fuzz.sh $((minutes * 20)); then outcome=ok; else outcome=FAILED; failed=1; fi
table="$table$(printf '%-28s %5d s  %s' "fuzzing" "$(($(date +%s) - start))" "$outcome")
"

printf '\n=== Stages\n%s' "$table"
[ "$failed" = 0 ] && echo "make soak: everything passed" || echo "make soak: FAILED"
exit "$failed"
