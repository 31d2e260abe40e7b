# shellcheck shell=dash
# Where secrets lie. In memory: a tmpfs of our own with one folder for each generation, and the link that names the live
# one. On disk, root's alone: what a reboot and a rollback need, content by its digest, and for each closure its set.
SECRETS=/run/nixfleet-secrets
SECRET_MEMORY=/run/nixfleet-secrets.d
SECRET_DISK=$STATE_DIR/secrets
# NixOS: for the activation script of the system that is being switched to.
PENDING_SECRETS=$SECRET_MEMORY/.pending

# make_secret_memory: never on a disk, and where the kernel can, never in swap either.
make_secret_memory() {
  [ -d "$SECRET_MEMORY" ] || mkdir -m 0711 -- "$SECRET_MEMORY" || return "$EX_STORAGE"
  if ! mountpoint -q -- "$SECRET_MEMORY"; then
    local options=mode=0711,nosuid,nodev,noexec,size=64m
    mount -t tmpfs -o "$options,noswap" nixfleet-secrets "$SECRET_MEMORY" 2>/dev/null ||
      mount -t tmpfs -o "$options" nixfleet-secrets "$SECRET_MEMORY" 2>/dev/null ||
      case $(stat -f -c %T -- /run) in
      tmpfs | ramfs) ;;
      *)
        problem "/run is no memory and none can be mounted: secrets would lie on a disk"
        return "$EX_UNSUPPORTED"
        ;;
      esac
  fi
  { [ -d "$SECRET_MEMORY/.values" ] || mkdir -m 0700 -- "$SECRET_MEMORY/.values"; } && chmod 0711 "$SECRET_MEMORY" || return "$EX_STORAGE"
}

# make_secret_disk: with the key of this host's digests, which is made once and stays.
make_secret_disk() {
  make_state_folder
  { mkdir -p -- "$SECRET_DISK/values" "$SECRET_DISK/sets" && chmod 0700 "$SECRET_DISK" "$SECRET_DISK/values" "$SECRET_DISK/sets"; } ||
    return "$EX_STORAGE"
  [ ! -s "$SECRET_DISK/key" ] || return 0
  { head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' && echo; } >"$SECRET_DISK/key.new" &&
    sync "$SECRET_DISK/key.new" && mv -f -- "$SECRET_DISK/key.new" "$SECRET_DISK/key" || return "$EX_STORAGE"
}

# secret_digest FILE: into $digest. Keyed twice, so that nobody without the key can guess at contents. The key goes through
# files and pipes only: arguments show in the process list.
secret_digest() {
  digest=$(cat -- "$SECRET_DISK/key" "$1" | sha256sum) || return
  digest=$(printf '%s\n' "${digest%% *}" | cat -- "$SECRET_DISK/key" - | sha256sum) || return
  digest=${digest%% *}
}

# live_secrets: of each file of the live generation its name, digest, mode, owner and group, a line each.
live_secrets() {
  local file digest seen
  [ -s "$SECRET_DISK/key" ] || return 0
  for file in "$SECRETS"/*; do
    [ -e "$file" ] || [ -L "$file" ] || continue
    digest=other
    [ -f "$file" ] && [ ! -L "$file" ] && secret_digest "$file"
    seen=$(stat -c "%04a$TAB%U$TAB%G" -- "$file") && printf '%s\t%s\t%s\n' "${file##*/}" "$digest" "$seen"
  done
}

# find_value DIGEST: into $value the file with that content. At most one run has staged any: the one that holds the lock.
find_value() {
  for value in "$SECRET_MEMORY"/.staged-*/values/"$1" "$SECRET_MEMORY/.values/$1" "$SECRET_DISK/values/$1"; do
    [ -f "$value" ] && return 0
  done
  return 1
}

# secret_set_of SYSTEM: into $set_file the record of which contents a closure last ran with.
secret_set_of() {
  set_file=$SECRET_DISK/sets/${1##*/}
}
