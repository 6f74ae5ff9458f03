#!/bin/sh
# What can be told without running anything: formatting, clippy, the house's rules, the web app's lint and types.
set -eu
cd "$(dirname "$0")/.."
cargo fmt --check
cargo clippy --workspace --all-targets -- -D warnings
cargo xtask tidy
cd web/app
npm run --silent lint
npm run --silent typecheck
