#!/bin/sh
# The browser tests against a demo of their own. Its argument is the executable that the tests were built with.
set -eu
cd "$(dirname "$0")/.."
program=$1
folder=$PWD/target/browser-demo
make --no-print-directory browser-tools
[ -x "$program" ] || cargo build --package convoke

mkdir -p target
"$program" dev demo --dir "$folder" >target/browser-demo.log 2>&1 &
demo=$!
trap 'kill "$demo" 2>/dev/null || true' EXIT INT TERM

# A former demo's summary is gone before the new one says that it is running.
until grep -q 'Convoke is running' target/browser-demo.log; do
    kill -0 "$demo" 2>/dev/null || { cat target/browser-demo.log; exit 1; }
    sleep 0.2
done

outcome=0
(cd web/e2e && CONVOKE_SUMMARY="$folder/summary.json" npm run --silent test) || outcome=1
if [ "$outcome" != 0 ]; then tail -n 40 "$folder"/*.log; fi

kill "$demo"
trap - EXIT INT TERM
wait "$demo" || { echo "the demo did not stop cleanly"; cat target/browser-demo.log; outcome=1; }
exit "$outcome"
