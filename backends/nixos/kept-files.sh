#!/bin/sh
# usage: kept-files.sh TABLE
# Brings the files of the table about: path, mode, owner, group, source, `adopt` or `own`, tab-separated. Runs with what a
# NixOS activation has: coreutils, grep, a shell. Refuses everything before it changes anything.
set -u
umask 022
state=/var/lib/nixfleet
record=$state/kept-files
tab='	'
mkdir -p "$state/kept" "$state/edited"
chmod 0755 "$state"
chmod 0700 "$state/kept" "$state/edited"
touch "$record"

say() { printf 'nixfleet: %s\n' "$*" >&2; }
sum_of() { sum=$(sha256sum <"$1") && sum=${sum%% *}; }
# recorded PATH: into $origin and $recorded_sum; false for a path that is not ours.
recorded() {
  origin='' recorded_sum=''
  while IFS=$tab read -r path_there origin_there sum_there; do
    [ "$path_there" = "$1" ] && origin=$origin_there && recorded_sum=$sum_there
  done <"$record"
  [ -n "$origin" ]
}

refused=0
while IFS=$tab read -r path mode owner group source how; do
  recorded "$path" && continue
  [ -e "$path" ] || [ -L "$path" ] || continue
  if [ -d "$path" ] && [ ! -L "$path" ]; then
    say "$path: is a directory"
    refused=1
  elif [ "$how" = own ] && ! { [ ! -L "$path" ] && cmp -s "$source" "$path"; }; then
    say "$path: exists and is not managed by NixFleet; adopt = true takes it over"
    refused=1
  fi
done <"$1"
[ "$refused" = 0 ] || exit 1

failed=0
: >"$record.new"
while IFS=$tab read -r path mode owner group source how; do
  sum_of "$source" || failed=1
  wanted=$sum
  if ! recorded "$path"; then
    origin=created
    if [ -e "$path" ] || [ -L "$path" ]; then
      origin=adopted
      mkdir -p "$state/kept${path%/*}" && cp -a "$path" "$state/kept$path" || { failed=1; continue; }
    fi
  elif [ -f "$path" ] && [ ! -L "$path" ]; then
    sum_of "$path"
    if [ "$sum" != "$recorded_sum" ] && [ "$sum" != "$wanted" ]; then
      copy=$state/edited/$(date -u +%Y-%m-%dT%H%M%SZ)$path
      mkdir -p "${copy%/*}" && cp -a "$path" "$copy" && say "$path was edited; the edited copy is kept as $copy"
    fi
  fi
  mkdir -p "${path%/*}" &&
    install -T -m "$mode" -o "$owner" -g "$group" "$source" "$path.nixfleet-new" &&
    mv -f -T "$path.nixfleet-new" "$path" || { say "$path: cannot be written"; failed=1; }
  printf '%s\t%s\t%s\n' "$path" "$origin" "$wanted" >>"$record.new"
done <"$1"

# What left the configuration.
while IFS=$tab read -r path origin recorded_sum; do
  cut -f 1 "$1" | grep -qxF -e "$path" && continue
  if [ "$origin" = adopted ]; then
    cp -a "$state/kept$path" "$path.nixfleet-new" && mv -f -T "$path.nixfleet-new" "$path" && rm -f "$state/kept$path" || failed=1
  else
    rm -f "$path" || failed=1
  fi
done <"$record"
sync "$record.new" && mv -f "$record.new" "$record" || failed=1
exit "$failed"
