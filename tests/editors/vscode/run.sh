#!/usr/bin/env bash
# run.sh PROGRAMS [open]: works on the sample shop in a real VS Code with the packaged extension.
# PROGRAMS is the folder with the `python` that has Hexguard. With `open`, a person works there instead, in a browser.
# HEXGUARD_EDITORS_DIR is where VS Code is kept, a folder in the user's cache unless set.
# With HEXGUARD_SHOTS, pictures are put into that folder.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
extension=$(cd "$here/../../../clients/vscode" && pwd)
export HEXGUARD_EDITORS_DIR=${HEXGUARD_EDITORS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/hexguard-editors}
programs=$(cd "$1" && pwd)
export HEXGUARD_PYTHON=$programs/python
# Environments are made with the Python behind the one that has Hexguard.
HEXGUARD_BASE_PYTHON=$("$HEXGUARD_PYTHON" -c 'import os, sys; print(os.path.realpath(sys._base_executable))')
export HEXGUARD_BASE_PYTHON

"$here/install.sh" "$HEXGUARD_EDITORS_DIR/code-server"
cd "$extension"
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
export HEXGUARD_VSIX=$built/hexguard.vsix
PYTHON=$HEXGUARD_PYTHON node scripts/package.mjs "$HEXGUARD_VSIX" >"$built/log" 2>&1 || { cat "$built/log" >&2; exit 1; }
if [ "${2:-}" = open ]; then
    node test/ui/open.mjs
else
    node scripts/build.mjs --tests
    node --test --test-reporter=spec --test-concurrency=1 test/ui/*.test.mjs
fi
