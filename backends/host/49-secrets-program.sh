# shellcheck shell=dash
# Compares secrets: what the closure lists, which contents it is to have, what lies in memory now.
# Owned lines: secret NAME PATH MODE OWNER GROUP RESTART RELOAD PHASE PERSIST DIGEST.

# prepare_secrets SYSTEM: contents that the run brought along, else those the closure last ran with.
prepare_secrets() {
  : >"$work/secrets"
  : >"$work/secret-set"
  : >"$work/live-secrets"
  grep -q "^secret$TAB" "$work/manifest" "$work/ours" || return 0
  secret_set_of "$1"
  if [ "$going_back" = 0 ] && [ -r "$SECRET_MEMORY/.staged-$run/set" ]; then
    remember_set "$1" || return
    cp -- "$SECRET_MEMORY/.staged-$run/set" "$work/secret-set" || return "$EX_STORAGE"
  elif [ "$going_back" = 1 ] && [ -r "$work/set-before" ] && [ "$1" = "${set_before_of:-}" ]; then
    cp -- "$work/set-before" "$work/secret-set" || return "$EX_STORAGE"
  elif [ -r "$set_file" ]; then
    cp -- "$set_file" "$work/secret-set" || return "$EX_STORAGE"
  fi
  live_secrets >"$work/live-secrets"
  compare_secrets
}

# remember_set SYSTEM: the same closure may come with other contents; those it ran with are what a failure leads back to.
remember_set() {
  secret_set_of "$1"
  set_before_of=$1
  [ ! -r "$set_file" ] || cp -- "$set_file" "$work/set-before" || return "$EX_STORAGE"
}

compare_secrets() {
  awk -F'\t' -v folder="$SECRETS" "$secrets_program" what=set "$work/secret-set" what=live "$work/live-secrets" \
    what=ours "$work/ours" what=manifest "$work/manifest" >"$work/secrets"
}

# shellcheck disable=SC2016 # an awk program
secrets_program='
  what == "set" && $1 == "secret" { digest[$2] = $3 }
  what == "live" { live[$1] = $2; attributes[$1] = $3 "\t" $4 "\t" $5 }
  what == "ours" && $1 == "secret" { units[$2] = $7 "\t" $8; paths[$2] = paths[$2] $3 "\t" }
  what == "manifest" && $1 == "secret" { want[$2] = $0; names[++count] = $2 }
  END {
    for (i = 1; i <= count; i++) compare(names[i])
    for (name in paths) if (!(name in want)) {
      print "gone-file\t" folder "/" name "\t" units[name]
      unlink_of(name, "")
    }
    for (name in live) if (!(name in want)) print "flip"
  }
  function compare(name,   field) {
    split(want[name], field, "\t")
    if (!(name in digest)) { print "lacking\t" name; return }
    print "place\t" name "\t" digest[name] "\t" field[4] "\t" field[5] "\t" field[6] "\t" field[9] "\t" field[10]
    print "own\t" want[name] "\t" digest[name]
    unlink_of(name, field[3])
    if (field[3] != folder "/" name) print "link\t" name "\t" field[3]
    if (live[name] == digest[name] && attributes[name] == field[4] "\t" field[5] "\t" field[6]) return
    print "flip"
    print "changed-file\t" folder "/" name
    if (field[9] == "users") print "early"
  }
  # A cut activation may have linked to it from elsewhere than the one before.
  function unlink_of(name, kept,   path, count, i) {
    count = split(paths[name], path, "\t")
    for (i = 1; i < count; i++) if (path[i] != kept && path[i] != folder "/" name) print "unlink\t" name "\t" path[i]
  }
'

# check_secrets: what cannot be delivered is refused before anything is touched.
check_secrets() {
  local key name rest digest
  while IFS=$TAB read -r key name rest <&3; do
    digest=${rest%%"$TAB"*}
    case $key in
    lacking) refused "the closure needs the secret $name, which came neither with this run nor with an earlier one" || return ;;
    place) find_value "$digest" || refused "the content of the secret $name is no longer kept on this host" || return ;;
    link) check_secret_link "$name" "$rest" || return ;;
    esac
  done 3<"$work/secrets"
}

# check_secret_link NAME PATH: nobody but root may be able to turn the way to it elsewhere.
check_secret_link() {
  local at=${2%/*} seen
  link_target "$2"
  if [ "$target_of_link" != "$SECRETS/$1" ] && { [ -e "$2" ] || [ -L "$2" ]; }; then
    problem "$2: exists and is not the link to the secret $1"
    return "$EX_CONFLICT"
  fi
  [ -d "${at:-/}" ] || grep -q "^mkdir$TAB$at$TAB" "$work/tree" || { problem "$2: its folder does not exist"; return "$EX_CONFLICT"; }
  while [ -n "$at" ]; do
    if seen=$(stat -c '%u %A %F' -- "$at" 2>/dev/null); then
      case $seen in
      0\ d????-??-?\ directory) ;;
      *) problem "$2: $at is not a directory that only root may change, so a link in it cannot be trusted"; return "$EX_CONFLICT" ;;
      esac
    fi
    at=${at%/*}
  done
}
