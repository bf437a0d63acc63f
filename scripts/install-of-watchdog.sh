#!/usr/bin/env bash
# Builds of-watchdog (MIT, what stands in front of every function in an image) from its source, at a pinned commit, as `fwatchdog` into
# ~/.cache/kopeika/bin (XDG_CACHE_HOME is heeded), where `npm start -- --watchdog` and `npm run test:watchdog` find it. Nothing is
# done where it is there already, or where OF_WATCHDOG names one. Prints the version.
# OF_WATCHDOG_SOURCE: a folder with its source, for machines whose module proxy has none.
# --stand-in: builds our own stand-in (scripts/stand-in-watchdog) instead, for machines that cannot have of-watchdog, and says at the end
# how it is used. It is found by nobody who does not name it: what passes behind it is not shown with of-watchdog.
# Exit codes: 3 = no Go on this machine, 4 = the source cannot be had or built here (the Go command's error is shown).
set -uo pipefail

# 0.11.6; its tags carry no "v", so Go takes the commit
version=0.11.6
commit=9bdadb1e8c68ae1016ac1a35906cd2acaa53169a
module=github.com/openfaas/of-watchdog
folder="${XDG_CACHE_HOME:-$HOME/.cache}/kopeika/bin"
program="${OF_WATCHDOG:-$folder/fwatchdog}"

if [ "${1:-}" != --stand-in ] && { [ -n "${OF_WATCHDOG:-}" ] || [ -x "$program" ]; }; then
  "$program" --version 2>&1 | head -1
  exit
fi
if ! command -v go >/dev/null; then
  echo 'of-watchdog is not installed: building it takes Go (https://go.dev), which is not on this machine.'
  exit 3
fi
if [ "${1:-}" = --stand-in ]; then
  mkdir -p "$folder/stand-in" &&
    (cd "$(dirname "$0")/stand-in-watchdog" && CGO_ENABLED=0 nice -n 10 go build -ldflags='-s -w' -o "$folder/stand-in/fwatchdog" .) || exit 4
  "$folder/stand-in/fwatchdog" --version
  echo "OF_WATCHDOG=$folder/stand-in/fwatchdog npm run test:watchdog"
  exit
fi
source=${OF_WATCHDOG_SOURCE:-}
stamp="-X main.Version=$version+metrics_port -X main.GitCommit=$commit"
if [ -z "$source" ]; then
  answer=$(go mod download -json "$module@$commit" 2>&1)
  source=$(sed -n 's/^\t"Dir": "\(.*\)",\?$/\1/p' <<<"$answer")
  [ -n "$source" ] || printf '%s\n' "$answer"
else
  stamp="-X main.Version=dev+metrics_port -X main.GitCommit="
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# In a container each watchdog has 8081 for its metrics. On one host they need a port each: the only line that is changed.
if [ -z "$source" ] || ! cp -R "$source/." "$scratch" || ! chmod -R u+w "$scratch" ||
  ! sed -i -E 's/^(\s*MetricsPort:\s*)8081,/\1getInt(envMap, "metrics_port", 8081),/' "$scratch/config/config.go" ||
  ! grep -q metrics_port "$scratch/config/config.go" || ! mkdir -p "$folder" ||
  ! (cd "$scratch" && CGO_ENABLED=0 nice -n 10 go build -mod=mod -ldflags="-s -w $stamp" -o "$folder/fwatchdog" .); then
  echo 'of-watchdog is not installed: its source cannot be had or built here, see the error above.'
  exit 4
fi
"$folder/fwatchdog" --version 2>&1 | head -1
