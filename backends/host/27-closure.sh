# shellcheck shell=dash
# What the store holds of closures: for the difference that a plan shows, and for what a copy will cost.

# closure SYSTEM: the paths of its closure with their sizes, and which paths of the payload the store lacks. SYSTEM may
# be -.
verb_closure() {
  { [ $# -eq 1 ] && { [ "$1" = - ] || is_store_path "$1"; }; } || refuse "$EX_USAGE" "closure takes a store path"
  find_nix_store || refuse "$EX_UNSUPPORTED" "nix-store is not on this host"
  scratch=$(mktemp -d) || refuse "$EX_STORAGE" "cannot make a temporary folder"
  trap 'rm -rf -- "$scratch"' EXIT
  HOME=/root
  export HOME
  tail -c "+$((${NIXFLEET_PROGRAM_BYTES:-0} + 1))" -- "$0" >"$scratch/asked"
  ! grep -q -v '^/nix/store/[0-9a-z]\{32\}-[A-Za-z0-9+._?=-]*$' "$scratch/asked" ||
    refuse "$EX_USAGE" "closure: the payload holds something that is no store path"
  : >"$scratch/paths"
  if [ "$1" != - ]; then
    "$nix_store" --query --requisites "$1" >"$scratch/paths" || refuse "$EX_FAILED" "nix-store does not know $1"
  fi
  xargs -d '\n' -r "$nix_store" --query --size <"$scratch/paths" >"$scratch/sizes" || refuse "$EX_FAILED" "nix-store tells no sizes"
  xargs -d '\n' -r "$nix_store" --check-validity --print-invalid <"$scratch/asked" >"$scratch/missing" ||
    refuse "$EX_FAILED" "nix-store cannot be asked what is there"
  # shellcheck disable=SC2094 # two different files
  emit closure.path "$(paste -- "$scratch/paths" "$scratch/sizes")"
  emit closure.missing "$(cat -- "$scratch/missing")"
  finish 0
}

find_nix_store() {
  find_nix_env || return 1
  nix_store=${nix_env%env}store
  [ -x "$nix_store" ]
}
