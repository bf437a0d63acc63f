#!/usr/bin/env bash
# Builds Caddy, the version that docker-compose.yml names, into ~/.cache/kopeika/bin (XDG_CACHE_HOME is heeded), where `npm run test:edge` finds it:
# Debian's own is years old and answers 502 where this one says 413. Nothing is done where it is there already. Prints the version.
# Exit codes: 3 = no Go on this machine, 4 = the source cannot be had here (the Go command's error is shown).
set -uo pipefail
module=github.com/caddyserver/caddy/v2
version=v2.11.9
folder="${XDG_CACHE_HOME:-$HOME/.cache}/kopeika/bin"

if [ -x "$folder/caddy" ] && "$folder/caddy" build-info | grep -q "$module.*$version"; then
  echo "caddy $version"
  exit 0
fi
if ! command -v go >/dev/null; then
  echo 'Caddy is not installed: building it takes Go (https://go.dev), which is not on this machine.'
  exit 3
fi
mkdir -p "$folder"
if ! GOBIN="$folder" CGO_ENABLED=0 nice -n 10 go install -ldflags="-s -w -X $module.CustomVersion=$version" "$module/cmd/caddy@$version"; then
  echo 'Caddy is not installed: its source cannot be had here, see the error above.'
  exit 4
fi
echo "caddy $version"
