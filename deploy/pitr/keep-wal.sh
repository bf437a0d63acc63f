#!/usr/bin/env bash
# Keeps what it takes to bring PostgreSQL back to any second: a copy of its data now and then, and every byte of WAL as it is written.
# Runs beside the server (compose: profile pitr; docs/operations/point-in-time.md). PGHOST, PGUSER and PGPASSWORD (or
# PASSWORD_FILE) name the server, WAL_FOLDER the place. Ends with 1 where the stream ended: whoever runs it starts it again.
set -euo pipefail

folder=${WAL_FOLDER:-/wal}
every_hours=${WAL_BASE_EVERY_HOURS:-24}
keep=${WAL_KEEP_BASES:-3}
slot=kopeika_pitr
if [ -n "${PASSWORD_FILE:-}" ]; then
  PGPASSWORD=$(cat "$PASSWORD_FILE")
  export PGPASSWORD
fi
mkdir -p "$folder/base" "$folder/segments"
chmod 700 "$folder" "$folder/base" "$folder/segments"
# left by a copy that was broken off
rm -rf "$folder"/base/*.part

# The slot makes the server keep what was not fetched yet, up to its max_slot_wal_keep_size.
pg_receivewal --directory="$folder/segments" --slot="$slot" --create-slot --if-not-exists
# Not compressed: the segment that is being written is then good for a restore as it lies there.
pg_receivewal --directory="$folder/segments" --slot="$slot" --synchronous &
stream=$!
trap 'kill "$stream" 2>/dev/null || true; wait "$stream" 2>/dev/null || true; exit 0' TERM INT

bases() { find "$folder/base" -mindepth 1 -maxdepth 1 -type d ! -name '*.part' | sort; }

take_base() {
  local name
  name=$(date -u +%Y%m%dT%H%M%SZ)
  pg_basebackup --pgdata="$folder/base/$name.part" --format=tar --gzip --wal-method=stream --checkpoint=fast
  mv "$folder/base/$name.part" "$folder/base/$name"
  echo "base $name taken"
}

# Copies beyond the last few, and the WAL that only they needed.
tidy() {
  local oldest first
  bases | head -n "-$keep" | xargs -r rm -rf
  oldest=$(bases | head -n 1)
  first=$(tar -xOzf "$oldest/base.tar.gz" backup_label | sed -n 's/^START WAL LOCATION:.*(file \([0-9A-F]*\)).*/\1/p')
  if [ -n "$first" ]; then pg_archivecleanup "$folder/segments" "$first"; fi
}

while kill -0 "$stream" 2>/dev/null; do
  newest=$(bases | tail -n 1)
  if [ -z "$newest" ] || [ -n "$(find "$newest" -maxdepth 0 -mmin "+$((every_hours * 60))")" ]; then
    take_base
    tidy
  fi
  # in small pieces, so that an ended stream or a signal is noticed
  for _ in $(seq 12); do
    sleep 5 &
    wait $! || true
    kill -0 "$stream" 2>/dev/null || break
  done
done
echo 'the stream of WAL has ended' >&2
exit 1
