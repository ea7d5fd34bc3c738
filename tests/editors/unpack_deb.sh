#!/usr/bin/env bash
# unpack_deb.sh SUITE FOLDER PACKAGE PROGRAM
# Unpacks a package of another Debian suite, with all that it needs, below FOLDER/root, and makes PROGRAM (a path below it) run
# with the libraries there. The packages of the machine and its sources stay as they are.
set -euo pipefail
suite=$1 folder=$2 package=$3 program=$4

command -v apt-get >/dev/null || { echo "packages are unpacked on Debian only" >&2; exit 1; }
command -v patchelf >/dev/null && command -v tmux >/dev/null || {
    apt-get -qq update
    apt-get -qq --yes --no-install-recommends install patchelf tmux
}

apt=$folder/apt
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$folder/root"
: >"$apt/status"
mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources | head -n 1)
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] $mirror $suite main" >"$apt/sources.list"
from_suite() {
    apt-get -qq \
        -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$apt/lists" \
        -o Dir::Cache="$apt/cache" -o Dir::State::status="$apt/status" -o APT::Sandbox::User=root -o Debug::NoLocking=1 "$@"
}
from_suite update
from_suite --yes --no-install-recommends --download-only install "$package" >/dev/null
for archive in "$apt"/cache/archives/*.deb; do
    dpkg-deb --extract "$archive" "$folder/root"
done
rm -rf "$apt"

loader=$(find "$folder/root" -name 'ld-linux-*.so.*' | head -n 1)
libraries=$(dirname "$(find "$folder/root" -name 'libc.so.6' | head -n 1)")
patchelf --set-interpreter "$loader" --set-rpath "$folder/root/usr/lib/$(uname -m)-linux-gnu:$libraries" --force-rpath \
    "$(readlink -f "$folder/root/$program")"
