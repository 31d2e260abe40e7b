# One tree of links to the files of several packages. Two packages with different files at one path are an error.
{ lib, builders }:
{ name, paths, pathsToLink ? [ "/" ] }:
builders.runCommand name { } ''
  mkdir -p "$out"
  for package in ${lib.escapeShellArgs (map (path: "${path}") paths)}; do
    cd "$package"
    for part in ${lib.escapeShellArgs (map (path: ".${path}") pathsToLink)}; do
      [ -e "$part" ] || continue
      find "$part" -type d | while IFS= read -r folder; do mkdir -p "$out/$folder"; done
      find "$part" ! -type d | while IFS= read -r file; do
        file=''${file#./}
        if [ ! -e "$out/$file" ]; then
          ln -s "$package/$file" "$out/$file"
        elif ! cmp -s "$package/$file" "$out/$file"; then
          echo "error: collision between $package/$file and $(readlink "$out/$file")" >&2
          exit 1
        fi
      done
    done
  done
''
