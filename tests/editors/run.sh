#!/usr/bin/env bash
# run.sh PROGRAMS [EDITOR...]: works on the sample in real editors, each against the server of PROGRAMS, a folder with `hexguard`.
# EDITOR is neovim-0.10, neovim-0.12, emacs or helix; all of them unless named.
# Editors that are missing are unpacked into HEXGUARD_EDITORS_DIR, which is a folder in the user's cache unless set.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
clients=$here/../../clients
store=${HEXGUARD_EDITORS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/hexguard-editors}
programs=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- neovim-0.10 neovim-0.12 emacs helix
[ -x "$programs/hexguard" ] || { echo "$programs has no hexguard" >&2; exit 1; }
export PATH=$programs:$PATH

projects=$(mktemp -d)
trap 'rm -rf "$projects"' EXIT

# unpacked EDITOR SUITE PACKAGE PROGRAM: the folder that the editor was unpacked to, now or before.
unpacked() {
    local folder=$store/$1 log=$store/$1.log
    if [ ! -e "$folder/ready" ]; then
        rm -rf "$folder"
        mkdir -p "$folder"
        if ! "$here/unpack_deb.sh" "$2" "$folder" "$3" "$4" >"$log" 2>&1; then
            echo "$1 could not be installed:" >&2
            tail -n 20 "$log" >&2
            return 1
        fi
        touch "$folder/ready"
    fi
    echo "$folder/root"
}

# sample EDITOR: a copy of the sample project for this editor, as a repository of its own.
sample() {
    cp -r "$here/sample" "$projects/$1"
    git -C "$projects/$1" init --quiet
    echo "$projects/$1"
}

neovim() {
    local root project
    root=$(unpacked "$1" "$2" neovim usr/bin/nvim)
    project=$(sample "$1")
    HOME=$project VIMRUNTIME=$root/usr/share/nvim/runtime timeout 120 \
        "$root/usr/bin/nvim" --clean --headless -l "$here/neovim/test.lua" "$clients/neovim" "$project"
}

emacs() {
    local root project share lisp
    root=$(unpacked emacs trixie emacs-nox usr/bin/emacs-nox)
    project=$(sample emacs)
    share=$(echo "$root"/usr/share/emacs/[0-9]*)
    lisp=$(find "$share/lisp" -type d -printf '%p:')
    HOME=$project EMACSLOADPATH=$lisp EMACSDATA=$share/etc timeout 120 \
        "$root/usr/bin/emacs-nox" --dump-file="$(find "$root" -name '*.pdmp')" --batch -l "$here/emacs/test.el" "$project" \
        2>"$project/log" || { cat "$project/log" >&2; return 1; }
    grep " passed, " "$project/log"
}

helix() {
    local root project
    root=$(unpacked helix trixie hx usr/bin/hx)
    project=$(sample helix)
    HELIX_RUNTIME=$root/usr/lib/hx/runtime timeout 120 \
        bash "$here/helix/test.sh" "$root/usr/bin/hx" "$clients/helix" "$project"
}

n_failed=0
for editor in "$@"; do
    case $editor in
        neovim-0.10) run=(neovim "$editor" trixie) ;;
        neovim-0.12) run=(neovim "$editor" sid) ;;
        emacs | helix) run=("$editor") ;;
        *) echo "$editor is no editor that is known here" >&2; exit 2 ;;
    esac
    # In a subshell of its own, so that an error ends this editor alone.
    set +e
    (set -e; "${run[@]}")
    [ $? -eq 0 ] || { n_failed=$((n_failed + 1)); echo "$editor: failed" >&2; }
    set -e
done
exit "$((n_failed > 0))"
