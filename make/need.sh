#!/bin/sh
# Installs what is missing of the named things, and says what it did. On Debian as root; otherwise it says what to run.
#
#   sh make/need.sh compiler rust node postgresql openssl postfix dovecot ssh browser python oracles schemathesis nextest wrk nginx
set -eu
cd "$(dirname "$0")/.."

packages=""

say() { printf 'need: %s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
# Whether a file of this pattern is there.
there() { for file in "$@"; do [ -e "$file" ] && return 0; done; return 1; }

want() { packages="$packages $*"; }

install_packages() {
    [ -n "$packages" ] || return 0
    has apt-get || stop "missing:$packages (the names are Debian's); install them by your system's means"
    command="apt-get update && apt-get install -y --no-install-recommends$packages"
    [ "$(id -u)" = 0 ] || stop "missing:$packages; run as root: $command"
    say "installing$packages"
    log=$(mktemp)
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        stop "the installation failed; its whole output is in $log"
    fi
    rm -f "$log"
    say "installed$packages"
}

# Tests look for this Python; it has a mail server that misbehaves as asked, and a reader of calendars.
make_python() {
    target/test-venv/bin/python -c 'import aiosmtpd, icalendar, recurring_ical_events' 2>/dev/null && return 0
    say "making target/test-venv with aiosmtpd, icalendar and recurring-ical-events"
    mkdir -p target
    python3 -m venv --clear target/test-venv
    target/test-venv/bin/pip install --quiet --disable-pip-version-check aiosmtpd icalendar recurring-ical-events
}

# What expands recurrence rules beside ours: dateutil in this Python, libical in C. The versions are those whose differences
# crates/core/meeting/tests/oracle/differences.txt explains.
make_oracles() {
    target/oracle-venv/bin/python -c 'import dateutil, tzdata; assert dateutil.__version__ == "2.9.0.post0"' 2>/dev/null && return 0
    say "making target/oracle-venv with python-dateutil and tzdata"
    mkdir -p target
    python3 -m venv --clear target/oracle-venv
    target/oracle-venv/bin/pip install --quiet --disable-pip-version-check 'python-dateutil==2.9.0.post0' 'tzdata==2026.*'
}

# What makes up requests from an OpenAPI document.
make_schemathesis() {
    target/schema-venv/bin/schemathesis --version 2>/dev/null | grep -q '4\.32\.5' && return 0
    say "making target/schema-venv with schemathesis"
    mkdir -p target
    python3 -m venv --clear target/schema-venv
    target/schema-venv/bin/pip install --quiet --disable-pip-version-check 'schemathesis==4.32.5'
}

# What knows which algorithms of SSH are weak.
make_ssh_audit() {
    target/audit-venv/bin/ssh-audit --help 2>/dev/null | grep -q 'v3\.9\.0' && return 0
    say "making target/audit-venv with ssh-audit"
    mkdir -p target
    python3 -m venv --clear target/audit-venv
    target/audit-venv/bin/pip install --quiet --disable-pip-version-check 'ssh-audit==3.9.0'
}

make_nextest() {
    cargo nextest --version >/dev/null 2>&1 && return 0
    [ -x target/tools/bin/cargo-nextest ] && return 0
    say "building cargo-nextest into target/tools (some minutes, once)"
    # Its debug form is built in half the time and runs tests as well.
    cargo install --quiet --locked --debug --root target/tools cargo-nextest
}

node_is_new_enough() {
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}

for thing in "$@"; do
    case $thing in
    compiler) has cc || want build-essential ;;
    rust) has cargo || stop "Rust is missing; see https://rustup.rs (1.95 or newer)" ;;
    node)
        { has node && has npm; } || stop "Node.js is missing; 20.19 or newer with npm"
        node_is_new_enough || stop "Node.js $(node --version) is too old; 20.19 or newer is wanted"
        ;;
    postgresql) there /usr/lib/postgresql/*/bin/postgres || want postgresql ;;
    wrk) has wrk || want wrk ;;
    nginx) { has nginx || [ -x /usr/sbin/nginx ]; } || want nginx-light ;;
    libical) [ -e /usr/include/libical/ical.h ] || want libical-dev ;;
    openssl) has openssl || want openssl ;;
    dovecot) [ -x /usr/sbin/dovecot ] || want dovecot-imapd ;;
    postfix) there /usr/lib/postfix/sbin/master || want postfix ;;
    ssh)
        { has ssh && has sftp && has scp && has ssh-keygen; } || want openssh-client
        has sshpass || want sshpass
        has python3 || want python3
        python3 -c 'import ensurepip' 2>/dev/null || want python3-venv
        ;;
    browser)
        has chromium || want chromium
        there /usr/share/fonts/opentype/noto/NotoSansCJK-*.ttc || want fonts-noto-cjk
        ;;
    python | oracles | schemathesis)
        has python3 || want python3
        # Debian ships venv apart from Python.
        python3 -c 'import ensurepip' 2>/dev/null || want python3-venv
        [ "$thing" != oracles ] || [ -e /usr/include/libical/ical.h ] || want libical-dev
        ;;
    nextest) ;;
    *) stop "nobody knows how to install $thing" ;;
    esac
done
install_packages
for thing in "$@"; do
    case $thing in
    python) make_python ;;
    oracles) make_oracles ;;
    schemathesis) make_schemathesis ;;
    ssh) make_ssh_audit ;;
    nextest) make_nextest ;;
    esac
done
