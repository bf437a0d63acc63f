#!/usr/bin/env bash
# Builds the MinIO server from its source, at a pinned commit, into ~/.cache/kopeika/bin (XDG_CACHE_HOME is heeded), where
# `npm run test:storage` finds it. Nothing is done where it is there already. Prints the version.
# Exit codes: 3 = no Go on this machine, 4 = the source cannot be had here (the Go command's error is shown).
set -uo pipefail

# RELEASE.2025-10-15T17-29-55Z; MinIO publishes neither binaries nor images any more, this is its documented installation
commit=9e49d5e7a648f00e26f2246f4dc28e6b07f8c84a
folder="${XDG_CACHE_HOME:-$HOME/.cache}/kopeika/bin"

if [ -x "$folder/minio" ]; then
  "$folder/minio" --version | head -1
  exit 0
fi
if ! command -v go >/dev/null; then
  echo 'MinIO is not installed: building it takes Go (https://go.dev), which is not on this machine.'
  exit 3
fi
mkdir -p "$folder"
echo "building MinIO $commit, which takes some minutes"
if ! GOBIN="$folder" CGO_ENABLED=0 nice -n 10 go install -ldflags='-s -w' "github.com/minio/minio@$commit"; then
  echo 'MinIO is not installed: its source cannot be had here, see the error above.'
  exit 4
fi
"$folder/minio" --version | head -1
