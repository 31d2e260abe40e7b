# shellcheck shell=dash
# What the caller wants, from the payload behind the program: lines of a name, a tab, and a value. Behind the line `program`,
# which is the last then, follows the text of the program that a restricted host gets.

ENTRY=$INSTALLED_DIR/nixfleet-entry

# read_settings: into $deploy_user, $sudo_mode, $host_name, $program_digest, $program_bytes, $public_keys (words) and $login_keys (lines).
read_settings() {
  local name value
  scratch=$(mktemp -d) || refuse "$EX_STORAGE" "cannot make a temporary folder"
  trap 'rm -rf -- "$scratch"' EXIT
  tail -c "+$((${NIXFLEET_PROGRAM_BYTES:-0} + 1))" -- "$0" >"$scratch/settings"
  deploy_user='' sudo_mode='' host_name='' program_digest='' program_bytes=0 public_keys='' login_keys=''
  while IFS=$TAB read -r name value; do
    case $name in
    user) deploy_user=$value ;;
    sudo) sudo_mode=$value ;;
    host) host_name=$value ;;
    digest) program_digest=$value ;;
    program) program_bytes=$value && break ;;
    key) public_keys="$public_keys $value" ;;
    login) login_keys="$login_keys$value$NL" ;;
    *) refuse "$EX_USAGE" "unknown setting: $name" ;;
    esac
  done <"$scratch/settings"
  case $deploy_user in '' | [!a-z_]* | *[!a-z0-9_-]*) refuse "$EX_USAGE" "not a name for an account: $deploy_user" ;; esac
  is_number "$program_bytes" || refuse "$EX_USAGE" "not a number of bytes: $program_bytes"
  case $sudo_mode in nopasswd | password) ;; restricted) is_field "$host_name" || refuse "$EX_USAGE" "a restricted host needs its name" ;; *) refuse "$EX_USAGE" "not a mode of sudo: $sudo_mode" ;; esac
}

has() {
  command -v "$1" >/dev/null
}
