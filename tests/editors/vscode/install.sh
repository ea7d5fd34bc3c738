#!/usr/bin/env bash
# install.sh FOLDER: puts code-server, which is VS Code in a browser, into FOLDER, from the npm registry and without other downloads.
# Chromium and ripgrep come from the packages of the machine.
set -euo pipefail
folder=$1
log=$folder.log

command -v npm >/dev/null || { echo "VS Code needs node and npm" >&2; exit 1; }
for program in chromium rg; do
    command -v "$program" >/dev/null && continue
    [ "$program" = chromium ] && [ -n "${HEXGUARD_CHROMIUM:-}" ] && continue
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "VS Code needs chromium and ripgrep; please install them" >&2
        exit 1
    fi
    echo "Installing chromium and ripgrep ..."
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq --yes --no-install-recommends install chromium ripgrep >"$log" 2>&1 \
        || { tail -n 20 "$log" >&2; exit 1; }
    break
done

# Each release takes one version of node only.
case $(node --version) in
    v20.*) version=4.100.3 ;;
    v22.*) version=4.117.0 ;;
    v24.*) version=4.139.1 ;;
    *) echo "code-server runs with node 20, 22 or 24, not with $(node --version)" >&2; exit 1 ;;
esac
[ "$(cat "$folder/ready" 2>/dev/null)" = "$version" ] && exit 0

install() {
    rm -rf "$folder"
    mkdir -p "$folder"
    cd "$folder"
    echo "{\"private\":true,\"dependencies\":{\"code-server\":\"$version\"}}" >package.json
    # Its scripts would fetch from elsewhere and refuse to run as root; what they do is done here.
    npm install --ignore-scripts --omit=dev
    headers=$(dirname "$(dirname "$(command -v node)")")
    if ! node -e 'require("argon2")'; then
        [ -d "$headers/include/node" ] && export npm_config_nodedir=$headers
        npm rebuild --build-from-source argon2
    fi
    cd node_modules/code-server/lib/vscode
    npm install --ignore-scripts --omit=dev
    (cd extensions && npm install --ignore-scripts --omit=dev)
    # Without it there are no log files.
    npm rebuild --build-from-source ./node_modules/@vscode/spdlog
    ln -sfn node_modules node_modules.asar
    if [ -d node_modules/@vscode/ripgrep ]; then
        mkdir -p node_modules/@vscode/ripgrep/bin
        ln -sf "$(command -v rg)" node_modules/@vscode/ripgrep/bin/rg
    fi
    echo "$version" >"$folder/ready"
}

echo "Installing code-server $version ..."
export npm_config_loglevel=error npm_config_yes=true npm_config_fund=false npm_config_audit=false
mkdir -p "$(dirname "$folder")"
(install) >"$log" 2>&1 || { tail -n 30 "$log" >&2; echo "code-server could not be installed" >&2; exit 1; }
