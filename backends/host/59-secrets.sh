# shellcheck shell=dash
# Puts secrets in place: a new generation beside the live one, then one rename of the link that everybody reads through.

# Before users and groups, for what their creation reads: only root can own these.
step_early_secrets() {
  grep -qx early "$work/secrets" || return 0
  make_secret_memory && place_secrets users
}

step_secrets() {
  local key name path
  while IFS=$TAB read -r key name path <&3; do
    [ "$key" = unlink ] && unlink_secret "$name" "$path"
  done 3<"$work/secrets"
  if grep -qx flip "$work/secrets"; then
    say "  secrets: $(awk -F'\t' '$1 ~ /^(changed|gone)-file$/ { sub(/.*\//, "", $2); names = names " " $2 } END { print substr(names, 2) }' "$work/secrets")"
    make_secret_memory || return
    # Going back with what is still there is better than not going back; forward, the check found all of it.
    place_secrets all || [ "$?" = 1 ] || return
  fi
  while IFS=$TAB read -r key name path <&3; do
    [ "$key" != link ] || link_secret "$name" "$path" || return
  done 3<"$work/secrets"
}

# place_secrets users|all: a generation as it is to be; with `users` only those are new and the rest stays for now.
place_secrets() {
  local key name digest mode owner group phase keep number=1 new missing=0
  while [ -e "$SECRET_MEMORY/$number" ] || [ -e "$SECRET_MEMORY/.new-$number" ]; do number=$((number + 1)); done
  new=$SECRET_MEMORY/.new-$number
  mkdir -m 0700 -- "$new" || return "$EX_STORAGE"
  [ "$1" = all ] || [ ! -d "$SECRETS" ] || cp -a -- "$SECRETS/." "$new/" || return "$EX_STORAGE"
  chmod 0700 "$new"
  while IFS=$TAB read -r key name digest mode owner group phase keep <&3; do
    [ "$key" = place ] || continue
    [ "$1" = all ] || [ "$phase" = users ] || continue
    if ! find_value "$digest"; then
      say "  the secret $name is not here any more"
      missing=1
      continue
    fi
    { rm -f -- "$new/$name" && install -T -m 0600 -- "$value" "$new/$name" && chown -- "$owner:$group" "$new/$name" &&
      chmod -- "$mode" "$new/$name"; } || { rm -rf -- "$new"; problem "cannot put the secret $name in its place"; return "$EX_STORAGE"; }
  done 3<"$work/secrets"
  chmod 0711 "$new" && mv -T -- "$new" "$SECRET_MEMORY/$number" && point_secrets_to "$number" || return "$EX_STORAGE"
  return "$missing"
}

# point_secrets_to NUMBER: from this moment on readers see the new generation; the old ones go.
point_secrets_to() {
  local old
  if [ -d "$SECRETS" ] && [ ! -L "$SECRETS" ]; then
    problem "$SECRETS is a directory that NixFleet did not make"
    return 1
  fi
  ln -sfn -- "nixfleet-secrets.d/$1" "$SECRETS.new" && mv -f -T -- "$SECRETS.new" "$SECRETS" || return
  for old in "$SECRET_MEMORY"/[0-9]* "$SECRET_MEMORY"/.new-*; do
    [ "$old" = "$SECRET_MEMORY/$1" ] || rm -rf -- "$old"
  done
}

# link_secret NAME PATH: made in a folder of ours beside it and renamed, like a file.
link_secret() {
  link_target "$2"
  [ "$target_of_link" != "$SECRETS/$1" ] || return 0
  check_secret_link "$1" "$2" || return
  (enter_staging "${2%/*}" && ln -sfn -- "$SECRETS/$1" "${2##*/}" && mv -f -T -- "${2##*/}" "../${2##*/}") ||
    { problem "cannot link $2"; return "$EX_STORAGE"; }
  rmdir -- "${2%/*}/$STAGED" 2>/dev/null
  return 0
}

unlink_secret() {
  link_target "$2"
  [ "$target_of_link" = "$SECRETS/$1" ] && rm -f -- "$2"
  return 0
}

# step_keep_secrets: before the closure is committed, so that no commit ever lacks what a reboot needs.
step_keep_secrets() {
  local key name digest mode owner group phase keep folder
  [ "$target" != - ] && grep -q "^place$TAB" "$work/secrets" || return 0
  make_secret_disk && make_secret_memory || return
  while IFS=$TAB read -r key name digest mode owner group phase keep <&3; do
    [ "$key" = place ] || continue
    folder=$SECRET_DISK/values
    [ "$keep" = root-only ] || folder=$SECRET_MEMORY/.values
    [ ! -f "$folder/$digest" ] || continue
    find_value "$digest" || continue
    install -T -m 0600 -- "$value" "$folder/$digest.new" && sync "$folder/$digest.new" && mv -f -- "$folder/$digest.new" "$folder/$digest" || return
  done 3<"$work/secrets"
  awk -F'\t' '$1 == "place" { print "secret\t" $2 "\t" $3 }' "$work/secrets" >"$work/set"
  secret_set_of "$target"
  seal "$work/set" "$set_file"
}

# forget_secrets: contents of no closure that is still a generation of this host, and what the run brought along.
forget_secrets() {
  local file
  [ -d "$SECRET_DISK" ] || return 0
  keep_paths
  for file in $(generation_numbers); do
    link_target "$PROFILE-$file-link"
    keep_path "$target_of_link"
  done
  for file in "$SECRET_DISK"/sets/*; do
    case $kept in *" /nix/store/${file##*/} "*) ;; *) rm -f -- "$file" ;; esac
  done
  for file in "$SECRET_DISK"/values/* "$SECRET_MEMORY"/.values/*; do
    [ -f "$file" ] || continue
    grep -qs "$TAB${file##*/}$" "$SECRET_DISK"/sets/* || rm -f -- "$file"
  done
  if ! grep -q "^secret$TAB" "$STATE_DIR/owned" && [ -L "$SECRETS" ]; then
    rm -f -- "$SECRETS"
    rm -rf -- "$SECRET_MEMORY"/[0-9]*
  fi
  rm -rf -- "$SECRET_MEMORY"/.staged-* "$PENDING_SECRETS"
}
