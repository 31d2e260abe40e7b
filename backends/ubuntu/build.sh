# Builds a closure. The calls come from compile.nix: write or refer for each content, then finish.
mkdir -p "$out/etc" "$out/files" "$out/units"
: >hashes

# write FILE TARGET TOKEN: a text becomes a file of the closure
write() {
  mkdir -p "$out/${2%/*}"
  cp "$1" "$out/$2"
  chmod 0444 "$out/$2"
  seal "$out/$2" "$3"
}

# refer SOURCE TARGET TOKEN OPTION: a file elsewhere in the store gets a link
refer() {
  if [ ! -f "$1" ]; then
    echo "nixfleet: $4: $1 is not a regular file" >&2
    exit 1
  fi
  mkdir -p "$out/${2%/*}"
  ln -s "$1" "$out/$2"
  seal "$1" "$3"
}

# seal FILE TOKEN: remembers what the token stands for
seal() {
  hash=$(sha256sum <"$1")
  echo "s|$2|${hash%% *}|" >>hashes
}

# seal_manifest JSON LINES: both spellings, with the hashes in place of their tokens
seal_manifest() {
  sed -f hashes "$1" >"$out/manifest.json"
  sed -f hashes "$2" >"$out/manifest"
}

# finish ACTIVATE JSON LINES PROGRAM SW
finish() {
  seal_manifest "$2" "$3"
  cp "$1" "$out/activate"
  chmod 0555 "$out/activate"
  ln -s "$4" "$out/nixfleet-host"
  ln -s "$5" "$out/sw"
  echo 1 >"$out/nixfleet-closure"
}
