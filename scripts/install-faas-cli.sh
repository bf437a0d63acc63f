#!/usr/bin/env bash
# Builds faas-cli (MIT) from its source, at a pinned commit, into ~/.cache/kopeika/bin (XDG_CACHE_HOME is heeded), where
# `npm run test:openfaas` finds it. Nothing is done where that very commit is there already. Prints the version.
# Exit codes: 3 = no Go on this machine, 4 = the source cannot be had here (the Go command's error is shown).
set -uo pipefail

# 0.18.12; its tags carry no "v", so Go names the commit by its time
release=0.18.12
module=github.com/openfaas/faas-cli
version=v0.0.0-20260724145813-c8191b71e7ed
commit=c8191b71e7edf10be3b660ddcaee52c11de79238
folder="${XDG_CACHE_HOME:-$HOME/.cache}/kopeika/bin"

# One line; its own output is a banner.
tell() {
  printf 'faas-cli %s, commit %s\n' "$("$folder/faas-cli" version --short-version)" "$commit"
}

if [ -x "$folder/faas-cli" ] && grep -qaF "$commit" "$folder/faas-cli"; then
  tell
  exit 0
fi
if ! command -v go >/dev/null; then
  echo 'faas-cli is not installed: building it takes Go (https://go.dev), which is not on this machine.'
  exit 3
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$folder"
echo "building faas-cli $release, which takes about a minute"
stamp="-X $module/version.Version=$release -X $module/version.GitCommit=$commit"
# By way of a module of our own: `go install module@version` also asks for the list of all versions, which not every module proxy gives.
if ! (cd "$scratch" && go mod init install && go mod edit -require="$module@$version" &&
  GOBIN="$folder" CGO_ENABLED=0 nice -n 10 go install -mod=mod -ldflags="-s -w $stamp" "$module") 2>"$scratch/log"; then
  tail -20 "$scratch/log"
  echo 'faas-cli is not installed: its source cannot be had here, see the error above.'
  exit 4
fi
tell
