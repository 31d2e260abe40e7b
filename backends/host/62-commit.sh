# shellcheck shell=dash
# After the host runs the closure: the live link, the confirmation, the committed generation, the record of it.

step_live() {
  if [ "$target" = - ]; then
    rm -f -- "$LIVE"
  else
    ln -sfn -- "$target" "$LIVE.new" && mv -f -T -- "$LIVE.new" "$LIVE"
  fi
}

step_commit() {
  if [ "$target" = - ]; then
    # Generations stay: a removal can be taken back.
    rm -f -- "$PROFILE"
    return
  fi
  mkdir -p -- "${PROFILE%/*}" && chmod 0755 "${PROFILE%/*}" &&
    HOME=/root "$nix_env" --profile "$PROFILE" --set "$target" >&2
}

# committed_generation: into $generation; 0 when there is none.
committed_generation() {
  link_target "$PROFILE"
  generation=${target_of_link##*system-}
  generation=${generation%-link}
  is_number "$generation" || generation=0
}

step_state() {
  committed_generation
  local manifest_sum
  manifest_sum=$(sha256sum -- "$work/manifest")
  state_json "${manifest_sum%% *}" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$STATE_DIR/state.json.new" &&
    chmod 0644 "$STATE_DIR/state.json.new" && sync "$STATE_DIR/state.json.new" &&
    mv -f -- "$STATE_DIR/state.json.new" "$STATE_DIR/state.json"
}

# state_json MANIFEST-SHA256 TIME
state_json() {
  system="$target" before="$before" number="$generation" sum="$1" at="$2" owner="$owner" revision="$revision" run="$run" \
    awk "$json_program"'BEGIN {
      printf "{\"format\":1,\"system\":%s,\"generation\":%d,\"previous\":%s,", optional("system"), ENVIRON["number"], optional("before")
      printf "\"manifestSha256\":%s,\"appliedAt\":%s,\"appliedBy\":%s,", text("sum"), text("at"), text("owner")
      printf "\"revision\":%s,\"run\":%s}\n", optional("revision"), text("run")
    }'
}

# audit EVENT RUN OWNER DETAIL: one line more, for people who ask later who did what.
audit() {
  local entry
  # By the shell, which tells when it cannot write; not every awk does.
  entry=$(at="$(date -u +%Y-%m-%dT%H:%M:%SZ)" event="$1" run="$2" owner="$3" detail="$4" awk "$json_program"'BEGIN {
    printf "{\"at\":%s,\"event\":%s,\"run\":%s,\"by\":%s,\"detail\":%s}\n", text("at"), text("event"), text("run"), text("owner"), text("detail")
  }') && printf '%s\n' "$entry" >>"$STATE_DIR/audit.ndjson"
}

# shellcheck disable=SC2016 # an awk program
json_program='
  function text(name,   value) {
    value = ENVIRON[name]
    gsub(/\\/, "\\\\", value); gsub(/"/, "\\\"", value); gsub(/[\001-\037\177]/, " ", value)
    return "\"" value "\""
  }
  function optional(name) { return (ENVIRON[name] == "-" || ENVIRON[name] == "") ? "null" : text(name) }
'
