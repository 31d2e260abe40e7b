# shellcheck shell=dash
# Tasks and hooks on a restricted host: the commands that the manifest of the live closure lists, named by the caller.

# admit_task NAME
admit_task() {
  find_command task "$1" || gate_refuse "the live closure has no task $1"
  gate_accept "$1"
}

# admit_hook DIGEST NAME=VALUE…: DIGEST is the sha256 of the hook's text; the rest tells it about the run.
admit_hook() {
  local word name
  find_command hook "$1" || gate_refuse "the live closure has no hook $1"
  shift
  for word in "$@"; do
    name=${word%%=*}
    case $word in NIXFLEET_*=*) ;; *) gate_refuse "not a variable for hooks: $word" ;; esac
    case $name in *[!A-Z_]*) gate_refuse "not a variable for hooks: $word" ;; esac
    # shellcheck disable=SC2163 # a name and its value
    export "$word"
  done
  gate_accept "$command_text"
}

# find_command KIND NAME: into $command_as, $command_limit and $command_text, from the live closure's manifest.
find_command() {
  local key name as limit text more
  resolve_live
  [ "$live" != - ] || return 1
  manifest_file "$live"
  [ -r "$manifest_file" ] || return 1
  while IFS=$TAB read -r key name as limit text more; do
    [ "$key:$name" = "$1:$2" ] || continue
    command_as=$as command_limit=$limit
    # Newlines, tabs and backslashes are written as `\n`, `\t` and `\\`.
    command_text=$(printf '%b.' "$text")
    command_text=${command_text%.}
    return 0
  done <"$manifest_file"
  return 1
}

# gate_command: with the output and exit code of the command itself. A hook reads what it is told as its payload.
gate_command() {
  if [ "$command_as" = root ]; then
    timeout -k 5 "$command_limit" /bin/sh -c "$command_text" <"$gate/payload"
  else
    timeout -k 5 "$command_limit" runuser -u "$gate_by" -- /bin/sh -c "$command_text" <"$gate/payload"
  fi
}
