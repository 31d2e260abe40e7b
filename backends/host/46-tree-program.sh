# shellcheck shell=dash
# Compares directories, files and unit files. A unit file is a file in the folder of units, root's, mode 0644.
# Owned lines: dir PATH MODE OWNER GROUP ORIGIN BEFORE; file PATH MODE OWNER GROUP SHA256 ORIGIN RESTART RELOAD;
# unit NAME SHA256 ENABLED ONCHANGE ORIGIN LINKED. ORIGIN is "created", "adopted" (a backup exists), for directories also
# "implied" (a parent of something managed) and "existing", for units also "shadows" or "shadows-enabled" (a unit of a
# package is behind it).
# shellcheck disable=SC2016 # an awk program
tree_program='
  function conflict(path, text) {
    if (going_back) return
    print "conflict\t" path "\t" text
  }
  function attributes(path) { return sprintf("%04d\t%s\t%s", mode[path], user[path], group[path]) }
  function parent(path) { sub(/\/[^\/]*$/, "", path); return path }

  what == "found" {
    type[$6] = $1; behind[$6] = $2; mode[$6] = $3; user[$6] = $4; group[$6] = $5; points_to[$6] = $7
  }
  what == "hashes" {
    sum = substr($0, 1, 64); path = substr($0, 67)
    if (substr($0, 1, 1) == "\\") { sum = substr($0, 2, 64); path = substr($0, 68); gsub(/\\\\/, "\\", path) }
    hash[path] = sum
  }
  what == "mounts" { split($0, field, " "); gsub(/\\040/, " ", field[5]); mounted[field[5]] = 1 }
  what == "owned" && $1 == "file" { settled[$2] = 1 }
  what == "owned" && $1 == "unit" { settled[unit_dir "/" $2] = 1 }
  what == "ours" && $1 == "dir" { our_dir[$2] = $6; before[$2] = $7 }
  what == "ours" && $1 == "file" { ours[$2] = $7; recorded[$2] = $6; restarts[$2] = $8 "\t" $9 }
  what == "ours" && $1 == "unit" { path = unit_dir "/" $2; ours[path] = $6; recorded[path] = $3; unit_of[path] = $2 }
  what == "ours" && $1 == "wrote" { wrote[$2 "\t" $3] = 1 }
  what == "manifest" && $1 == "dir" { want_dir[$2] = $3 "\t" $4 "\t" $5; dirs[++dir_count] = $2 }
  what == "manifest" && $1 == "file" {
    paths[++path_count] = $2; sum_of[$2] = $6; source_of[$2] = $7; adopts[$2] = ($8 == "adopt")
    want[$2] = $3 "\t" $4 "\t" $5; rest_of[$2] = $9 "\t" $10
  }
  what == "manifest" && $1 == "unit" {
    path = unit_dir "/" $2; unit_of[path] = $2
    paths[++path_count] = path; sum_of[path] = $3; source_of[path] = $4; adopts[path] = 0
    want[path] = "0644\troot\troot"; rest_of[path] = $5 "\t" $6
  }

  END {
    for (i = 1; i <= dir_count; i++) compare_dir(dirs[i])
    for (i = 1; i <= path_count; i++) compare_file(paths[i])
    for (path in ours) if (!(path in want)) retire_file(path)
    for (path in our_dir) if (!(path in want_dir) && !(path in needed)) retire_dir(path)
  }

  # All parents must be directories, or links of root to directories. Missing ones are made.
  function parents_of(path, target,   at) {
    at = parent(path)
    if (at == "") return
    parents_of(at, target)
    needed[at] = 1
    if (at in type) {
      if (type[at] == "d") { keep_implied(at); return }
      if (type[at] != "l" || behind[at] != "d") conflict(target, at " is not a directory")
      else if (user[at] != "root") conflict(target, at " is a link of " user[at] ", not of root")
      return
    }
    if (at in want_dir || at in implied) return
    implied[at] = 1
    print "mkdir\t" at "\t0755\troot\troot"
    own_implied(at)
  }
  function keep_implied(path) { if (our_dir[path] == "implied" && !(path in want_dir)) own_implied(path) }
  function own_implied(path) {
    if (path in owned_implied) return
    owned_implied[path] = 1
    print "own\tdir\t" path "\t0755\troot\troot\timplied\t-"
  }

  function compare_dir(path,   origin, original) {
    parents_of(path, path)
    origin = (path in our_dir) ? our_dir[path] : (path in type) ? "existing" : "created"
    if (origin == "implied") origin = "created"
    original = (path in our_dir) ? before[path] : "-"
    if (!(path in type)) print "mkdir\t" path "\t" want_dir[path]
    else if (type[path] != "d") conflict(path, "exists and is not a directory")
    else {
      if (!(path in our_dir)) { original = attributes(path); gsub(/\t/, " ", original) }
      if (attributes(path) != want_dir[path]) print "chdir\t" path "\t" want_dir[path]
    }
    print "own\tdir\t" path "\t" want_dir[path] "\t" origin "\t" original
  }

  function compare_file(path,   origin) {
    parents_of(path, path)
    origin = (path in ours) ? ours[path] : new_file(path)
    if (path in unit_of) print "own\tunit\t" unit_of[path] "\t" sum_of[path] "\t" rest_of[path] "\t" origin "\t-"
    else print "own\tfile\t" path "\t" want[path] "\t" sum_of[path] "\t" origin "\t" rest_of[path]
    if (path in mounted) return conflict(path, "is a mount point")
    if (type[path] == "d") return conflict(path, "is a directory")
    if (points_to[path] == "/dev/null" && path in unit_of) return conflict(path, "the unit was masked by hand")
    # Nobody owned this path: a backup of it is left from an earlier time, and not of what stands there now.
    if (!(path in ours)) print "stale\t" path
    if (origin == "adopted" && !(path in settled)) print "backup\t" path
    if (type[path] == "f" && hash[path] == sum_of[path] && attributes(path) == want[path]) return
    if (path in ours) aside(path)
    print "put\t" path "\t" want[path] "\t" sum_of[path] "\t" source_of[path] "\t" kind(path)
    print (path in unit_of) ? "changed-unit\t" unit_of[path] : "changed-file\t" path
  }
  function kind(path) { return (path in unit_of) ? "unit" : "file" }

  # A file that is new to us: nobody has it, somebody has just this one, or it is in the way.
  function new_file(path) {
    if (!(path in type)) return (path in unit_of && packaged(unit_of[path])) ? shadowing(unit_of[path]) : "created"
    if (type[path] == "f" && hash[path] == sum_of[path] && attributes(path) == want[path]) return "adopted"
    if (type[path] != "f" && type[path] != "l" && type[path] != "d") conflict(path, "exists and is neither file nor link")
    else if (!adopts[path] && type[path] != "d" && points_to[path] != "/dev/null")
      conflict(path, "exists and is not managed by NixFleet" (path in unit_of ? "" : "; `adopt = true` takes it over"))
    return "adopted"
  }
  # A unit that was enabled before us stays so when we leave.
  function shadowing(name) { return index(linked, " " name " ") ? "shadows-enabled" : "shadows" }
  function packaged(name) {
    return ("/usr/lib/systemd/system/" name) in type || ("/lib/systemd/system/" name) in type ||
      ("/usr/local/lib/systemd/system/" name) in type
  }

  # What somebody made of our file is kept aside; what an activation of ours left, also a cut one, is not.
  function aside(path) {
    if (!(path in type) || type[path] == "d") return
    if (type[path] == "f" && (hash[path] == recorded[path] || hash[path] == sum_of[path])) return
    if ((path "\t" hash[path]) in wrote) return
    print "aside\t" path
  }

  function retire_file(path,   gone) {
    if (path in unit_of) print "gone-unit\t" unit_of[path] "\t" ours[path]
    else print "gone-file\t" path "\t" restarts[path]
    if (path in mounted || type[path] == "d") { print "left\t" path; return }
    if (path in type) aside(path)
    print (ours[path] == "adopted" ? "restore" : "delete") "\t" path "\t" kind(path)
  }

  function retire_dir(path) {
    if (type[path] != "d") return
    if (our_dir[path] != "existing") { print "rmdir\t" path; return }
    split(before[path], original, " ")
    if (attributes(path) != original[1] "\t" original[2] "\t" original[3])
      print "chdir\t" path "\t" original[1] "\t" original[2] "\t" original[3]
  }
'
