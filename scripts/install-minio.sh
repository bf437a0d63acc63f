#!/usr/bin/env bash
# Builds the MinIO server from its source, at a pinned commit, into ~/.cache/kopeika/bin (XDG_CACHE_HOME is heeded), where
# `npm run test:storage` finds it. Nothing is done where that very commit is there already. Prints the version.
# Exit codes: 3 = no Go on this machine, 4 = the source cannot be had here (the Go command's error is shown).
set -uo pipefail

# The last commit of the project, of 12 February 2026. MinIO publishes neither binaries nor images any more, and `go install` is its
# documented way; the module's name of a commit is this, since a bare commit is not resolved by every module proxy.
module=github.com/minio/minio
version=v0.0.0-20260212201848-7aac2a2c5b7c
commit=7aac2a2c5b7c882e68c1ce017d8256be2feea27f
folder="${XDG_CACHE_HOME:-$HOME/.cache}/kopeika/bin"

if [ -x "$folder/minio" ] && "$folder/minio" --version | grep -q "$commit"; then
  "$folder/minio" --version | head -1
  exit 0
fi
if ! command -v go >/dev/null; then
  echo 'MinIO is not installed: building it takes Go (https://go.dev), which is not on this machine.'
  exit 3
fi
mkdir -p "$folder"
echo "building MinIO $version, which takes some minutes"
# what its own build writes into it (buildscripts/gen-ldflags.go); without that it calls itself DEVELOPMENT.GOGET
names="$module/cmd"
stamp="-X $names.Version=2026-02-12T20:18:48Z -X $names.ReleaseTag=DEVELOPMENT.2026-02-12T20-18-48Z -X $names.CopyrightYear=2026"
stamp="$stamp -X $names.CommitID=$commit -X $names.ShortCommitID=${commit:0:12}"
if ! GOBIN="$folder" CGO_ENABLED=0 nice -n 10 go install -ldflags="-s -w $stamp" "$module@$version"; then
  echo 'MinIO is not installed: its source cannot be had here, see the error above.'
  exit 4
fi
"$folder/minio" --version | head -1
