#!/bin/sh
# Figures of release builds against their peers, as one table, also written to target/bench/<date>.md. Its arguments are
# those of convoke-bench: --quick, and names of rows.
set -eu
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
sh make/need.sh compiler rust wrk nginx postgresql postfix libical
cargo build --release --package convoke --package convoke-bench
exec "$target/release/convoke-bench" --out target/bench "$@"
