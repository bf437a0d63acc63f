#!/usr/bin/env bash
# Brings PostgreSQL back to a moment: restore-wal.sh '2026-11-27 02:05:00+00' (or `latest`), with the server stopped and PGDATA empty or missing.
# Lays out the newest copy of before that moment; the server replays the WAL at its next start and ends at the moment (recovery_target_time).
set -euo pipefail

target=${1:?say the moment, as 2026-11-27 02:05:00+00, or the word latest}
folder=${WAL_FOLDER:-/wal}
data=${PGDATA:?PGDATA is not set}
if [ -n "$(ls -A "$data" 2>/dev/null)" ]; then
  echo "$data is not empty: move it aside first, and keep it" >&2
  exit 1
fi
if [ "$target" = latest ]; then until=99999999T999999Z; else until=$(date -u -d "$target" +%Y%m%dT%H%M%SZ); fi

chosen=
for base in $(find "$folder/base" -mindepth 1 -maxdepth 1 -type d ! -name '*.part' | sort); do
  # its name is the time at which it was begun; what it needs to be whole was written a little later
  if [[ "$(basename "$base")" < "$until" ]]; then chosen=$base; fi
done
if [ -z "$chosen" ]; then
  echo "there is no copy of before $target in $folder/base" >&2
  exit 1
fi

mkdir -p "$data"
chmod 700 "$data"
tar -xzf "$chosen/base.tar.gz" -C "$data"
tar -xzf "$chosen/pg_wal.tar.gz" -C "$data/pg_wal"
# From now on this server writes another history: what was kept of the old one is put aside for the restore, and a new stream begins empty.
old="$folder/segments.$(date -u +%Y%m%dT%H%M%SZ)"
mv "$folder/segments" "$old"
mkdir -m 700 "$folder/segments"
{
  echo "restore_command = 'cp \"$old/%f\" \"%p\" 2>/dev/null || cp \"$old/%f.partial\" \"%p\"'"
  if [ "$target" = latest ]; then echo "recovery_target_timeline = 'latest'"; else echo "recovery_target_time = '$target'"; fi
  echo "recovery_target_action = 'promote'"
} >>"$data/postgresql.auto.conf"
touch "$data/recovery.signal"
# a copy of before the moment is of no use to the new history
mkdir -p "$folder/base.old"
mv "$folder"/base/* "$folder/base.old/"
echo "laid out $(basename "$chosen"); start the server: it replays the WAL up to $target"
