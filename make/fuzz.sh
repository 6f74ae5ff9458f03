#!/bin/sh
# Feeds every parser what libFuzzer finds, for so many seconds each, as many at a time as there are cores.
#
#   sh make/fuzz.sh SECONDS_EACH [TARGET...]
#
# Inputs that lead somewhere new are kept in target/fuzz/corpus, and serve the next time. One that breaks a promise is
# written to target/fuzz/found: mend the parser, and keep the input in crates/fuzz/regressions/TARGET.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:?how many seconds each}
shift
host=$(rustc -vV | sed -n 's/^host: //p')
work=${CARGO_TARGET_DIR:-target}/fuzz
sh make/need.sh compiler rust

# What -Zsanitizer would ask of a nightly compiler: coverage by counters, and comparisons as hints. For the target alone
# (--target), because build scripts have no libFuzzer to link with.
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
RUSTFLAGS="--cfg fuzzing $coverage -Ccodegen-units=1 -Cdebug-assertions=on -Coverflow-checks=on -Copt-level=2" \
    cargo build ${JOBS:+-j"$JOBS"} --package convoke-fuzz --target "$host" --target-dir "$work/build"
program=$work/build/$host/debug/convoke-fuzz
[ $# -gt 0 ] || set -- $(ls crates/fuzz/corpus)

# one TARGET: runs it, and says in a line what came of it.
cat >"$work/one.sh" <<'EOF'
set -u
target=$1
mkdir -p "$work/corpus/$target" "$work/found/$target"
log=$work/$target.log
kept=crates/fuzz/regressions/$target
[ -d "$kept" ] || kept=
CONVOKE_FUZZ=$target "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=8192 -print_final_stats=1 \
    -artifact_prefix="$work/found/$target/" "$work/corpus/$target" "crates/fuzz/corpus/$target" $kept >"$log" 2>&1
code=$?
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
reached=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
printf '%-12s %10s inputs  %6s edges  %s\n' "$target" "${runs:-?}" "${reached:-?}" "$([ $code = 0 ] && echo ok || echo "FAILED: $log")"
exit $code
EOF
export work program seconds
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} sh "$work/one.sh" {}
