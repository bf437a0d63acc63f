#!/usr/bin/env bash
# Builds SeaweedFS (an S3 server under the Apache licence) from its source, at a pinned version, into ~/.cache/kopeika/bin
# (XDG_CACHE_HOME is heeded), where `npm run test:storage` finds it. Nothing is done where it is there already. Prints the version.
# Exit codes: 3 = no Go on this machine, 4 = the source cannot be had or built here (the Go command's error is shown).
set -uo pipefail

module=github.com/seaweedfs/seaweedfs
version=v0.0.0-20261109003541-7506e5f91cd6
folder="${XDG_CACHE_HOME:-$HOME/.cache}/kopeika/bin"

if [ -x "$folder/weed" ]; then
  "$folder/weed" version | head -1
  exit 0
fi
if ! command -v go >/dev/null; then
  echo 'SeaweedFS is not installed: building it takes Go (https://go.dev), which is not on this machine.'
  exit 3
fi
mkdir -p "$folder"
echo "building SeaweedFS $version, which takes some minutes"
# `go install` refuses a module whose go.mod replaces another one, so it is built in its own folder
source=$(go mod download -json "$module@$version" | sed -n 's/^\t"Dir": "\(.*\)",\?$/\1/p')
if [ -z "$source" ] || ! (cd "$source" && CGO_ENABLED=0 nice -n 10 go build -mod=readonly -ldflags='-s -w' -o "$folder/weed" ./weed); then
  echo 'SeaweedFS is not installed: its source cannot be had or built here, see the error above.'
  exit 4
fi
"$folder/weed" version | head -1
