#!/usr/bin/env bash
# Asks the registries which digests the base images of templates/node24-ts/Dockerfile have now, and prints them as build arguments:
#
#   faas-cli build -f stack.yml $(deploy/images/digests.sh)
#
# With them a build takes these very images, whatever the tags come to mean. Needs docker with buildx, and the registries in reach.
set -euo pipefail
dockerfile="$(dirname "$0")/../../templates/node24-ts/Dockerfile"

# default <name>: what the Dockerfile says
default() {
  sed -n "s/^ARG $1=//p" "$dockerfile"
}

for base in NODE DEBIAN WATCHDOG; do
  image="$(default "${base}_IMAGE"):$(default "${base}_VERSION")"
  digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')
  [[ $digest == sha256:* ]] || { echo "no digest of $image" >&2; exit 1; }
  printf -- '--build-arg %s_DIGEST=%s ' "$base" "$digest"
done
echo
