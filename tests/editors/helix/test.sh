#!/usr/bin/env bash
# test.sh HELIX CLIENT PROJECT: works on a copy of the sample as a person would, in Helix on a terminal.
# HELIX is the program, CLIENT the folder with languages.toml, PROJECT the copy.
set -euo pipefail
helix=$1 client=$2 project=$3
file=$project/app/orders.py
home=$project/.home
session=hexguard-$$
n_passed=0
MENU_TOP=""

mkdir -p "$home/.config/helix"
cp "$client/languages.toml" "$home/.config/helix/"
screen() { tmux -L "$session" capture-pane -p; }
keys() { tmux -L "$session" send-keys "$@"; }
stop() { tmux -L "$session" kill-server 2>/dev/null || true; }
trap stop EXIT

# check WHAT COMMAND...: wait until the command holds.
check() {
    local what=$1
    shift
    for _ in $(seq 200); do
        if "$@"; then
            n_passed=$((n_passed + 1))
            return
        fi
        sleep 0.1
    done
    echo "not so: $what"
    screen
    cat "$file"
    exit 1
}
shows() { screen | grep -qF -- "$1"; }
hides() { ! shows "$1"; }

# normal: leave a popup or a mode. The next key comes later, because Escape with a key behind it is another key.
normal() {
    keys Escape
    check "normal mode" shows " NOR "
    check "no popup" hides "What it does"
}

# choose TITLE: open the menu of code actions, in which the first is chosen already, go to this one, and take it.
choose() {
    local first here
    keys " a"
    check "the menu has: $1" shows "$1"
    first=$(screen | grep -nF -- "$MENU_TOP" | head -n 1 | cut -d: -f1)
    here=$(screen | grep -nF -- "$1" | head -n 1 | cut -d: -f1)
    for _ in $(seq "$((here - first))"); do keys Down; done
    keys Enter
}

tmux -L "$session" new-session -d -x 140 -y 40 \
    "cd '$project' && HOME='$home' XDG_CONFIG_HOME='$home/.config' '$helix' app/orders.py"

check "findings are marked" shows "●   8"
keys "]d" "]d"
check "a finding is shown" shows "stops the whole event loop"

keys " k"
check "hover explains it" shows "What it does"
normal

MENU_TOP='Await `asyncio.sleep`'
choose "$MENU_TOP"
check "its fix changes the text" shows "await asyncio.sleep(1)"
check "then it is gone" hides "stops the whole event loop"

MENU_TOP="Fix all that is safe"
keys "gg"
choose "$MENU_TOP"
check "all safe fixes at once" shows "note: str | None = None"

keys "geo" Enter Enter C-u "async def wait() -> None:" Enter "    import time" Enter Enter "time.sleep(2)"
normal
check "what is typed is checked" shows "●  14"
keys "[d"
check "and shown" shows "stops the whole event loop"
MENU_TOP='Await `asyncio.sleep`'
choose 'Suppress `blocking-sleep-in-async` here'
check "a suppression takes it back" hides "stops the whole event loop"
check "and stands in the text" shows "# hexguard: ignore[blocking-sleep-in-async]"

keys ":w" Enter
check "what is saved is what was seen" grep -qF "    await asyncio.sleep(1)" "$file"
keys ":q!" Enter
echo "$("$helix" --version | cut -d' ' -f1,2): $n_passed passed, 0 failed"
