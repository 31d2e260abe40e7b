# shellcheck shell=dash
# Compares users and groups. Prints what to do, and what to record: `own` lines now and in the end, `own-now` lines only
# while the activation goes on, `own-later` lines only when it is done (what a cut run has still to undo must stay known).
# Owned lines: group NAME GID ORIGIN; user NAME UID ORIGIN ADDED HOME SHELL GROUP COMMENT, the last four as they were
# before us. ORIGIN is "created", "existing", or for an account that we made and closed again "locked".
# shellcheck disable=SC2016 # an awk program
accounts_program='
  function conflict(what, text) { print "conflict\t" what "\t" text }
  function listed(word, list) { return index("," list ",", "," word ",") > 0 }
  function known_group(name) { return name in gid_of || name in want_group }
  function dash(text) { return text == "" ? "-" : text }

  what == "passwd" {
    split($0, field, ":"); name = field[1]
    uid_of[name] = field[3]; user_of[field[3]] = name; primary[name] = field[4]
    comment[name] = field[5]; home[name] = field[6]; shell[name] = field[7]
    gsub(/\t/, " ", comment[name])
  }
  what == "shadow" { split($0, field, ":"); closed[field[1]] = (field[8] == "1") }
  what == "group" {
    split($0, field, ":"); gid_of[field[1]] = field[3]; group_of[field[3]] = field[1]; members[field[1]] = field[4]
  }
  what == "ours" && $1 == "group" { our_group[$2] = $4 }
  what == "ours" && $1 == "user" { our_user[$2] = $4; added[$2] = $5; before[$2] = $6 "\t" $7 "\t" $8 "\t" $9 }
  what == "manifest" && $1 == "group" { want_group[$2] = $3; groups[++group_count] = $2; group_kind[$2] = $4 }
  what == "manifest" && $1 == "user" { want_user[$2] = $0; users[++user_count] = $2 }
  what == "manifest" && ($1 == "file" || $1 == "dir") { owner[$4] = $2; owning_group[$5] = $2 }
  what == "manifest" && $1 == "secret" { owner[$5] = "secret " $2; owning_group[$6] = "secret " $2 }

  END {
    for (i = 1; i <= group_count; i++) compare_group(groups[i], want_group[groups[i]])
    for (i = 1; i <= user_count; i++) { split(want_user[users[i]], want, "\t"); compare_user(users[i]) }
    for (name in owner) if (!(name in uid_of) && !(name in want_user)) conflict(owner[name], "its owner " name " does not exist")
    for (name in owning_group) if (!known_group(name)) conflict(owning_group[name], "its group " name " does not exist")
    for (name in our_user) if (!(name in want_user)) retire_user(name)
    for (name in our_group) if (!(name in want_group)) retire_group(name)
  }

  function compare_group(name, gid,   origin) {
    origin = (name in our_group) ? our_group[name] : (name in gid_of) ? "existing" : "created"
    if (name in gid_of) {
      if (gid != "-" && gid_of[name] != gid) conflict("group " name, "exists with gid " gid_of[name] ", not " gid)
    } else {
      if (gid != "-" && gid in group_of) conflict("group " name, "gid " gid " belongs to " group_of[gid])
      print "group-add\t" name "\t" gid "\t" group_kind[name]
    }
    print "own\tgroup\t" name "\t" gid "\t" origin
  }

  function compare_user(name,   origin, original, count, extra, i, mine) {
    origin = (name in our_user) ? our_user[name] : (name in uid_of) ? "existing" : "created"
    original = (name in our_user) ? before[name] : "-\t-\t-\t-"
    if (!known_group(want[4])) conflict("user " name, "its group " want[4] " does not exist")
    if (name in uid_of) {
      if (want[3] != "-" && uid_of[name] != want[3]) conflict("user " name, "exists with uid " uid_of[name] ", not " want[3])
      if (!(name in our_user)) original = dash(home[name]) "\t" dash(shell[name]) "\t" primary[name] "\t" dash(comment[name])
      # An account that somebody else closed stays closed; after a cut run it may have been us.
      if (origin == "locked" || (unfinished != "" && closed[name] && origin == "created")) print "user-unlock\t" name
      if (home[name] != want[6]) print "user-set\t" name "\t--home\t" want[6]
      if (shell[name] != want[8]) print "user-set\t" name "\t--shell\t" want[8]
      if (gid_of[want[4]] != primary[name]) print "user-set\t" name "\t--gid\t" want[4]
      if (want[10] != "-" && comment[name] != want[10]) print "user-set\t" name "\t--comment\t" want[10]
    } else {
      if (want[3] != "-" && want[3] in user_of) conflict("user " name, "uid " want[3] " belongs to " user_of[want[3]])
      print "user-add\t" name "\t" want[3] "\t" want[4] "\t" want[6] "\t" want[7] "\t" want[8] "\t" want[9] "\t" want[10]
      origin = "created"
    }
    if (origin == "locked") origin = "created"
    mine = ""
    count = (want[5] == "-") ? 0 : split(want[5], extra, ",")
    for (i = 1; i <= count; i++) {
      if (!known_group(extra[i])) conflict("user " name, "its group " extra[i] " does not exist")
      if (!listed(name, members[extra[i]])) print "member-add\t" name "\t" extra[i]
      # Memberships that were there before us are not ours to take away again.
      if (!listed(name, members[extra[i]]) || listed(extra[i], added[name])) mine = mine "," extra[i]
    }
    drop_members(name, want[5])
    print "own-later\tuser\t" name "\t" want[3] "\t" origin "\t" dash(substr(mine, 2)) "\t" original
    if (name in our_user && name in uid_of) origin = our_user[name]
    print "own-now\tuser\t" name "\t" want[3] "\t" origin "\t" dash(joined(added[name], substr(mine, 2))) "\t" original
  }

  function joined(left, right) {
    if (left == "-" || left == "") return right
    return (right == "") ? left : left "," right
  }

  function drop_members(name, keep,   count, group, i) {
    count = (added[name] == "-" || added[name] == "") ? 0 : split(added[name], group, ",")
    for (i = 1; i <= count; i++)
      if (!listed(group[i], keep) && listed(name, members[group[i]])) print "member-drop\t" name "\t" group[i]
  }

  # Files of a removed user may lie anywhere, and a new user must not inherit them: the account is closed, not deleted.
  function retire_user(name,   original) {
    if (!(name in uid_of)) return
    drop_members(name, "")
    if (our_user[name] == "existing") {
      split(before[name], original, "\t")
      if (original[1] != "-" && home[name] != original[1]) print "user-set\t" name "\t--home\t" original[1]
      if (original[2] != "-" && shell[name] != original[2]) print "user-set\t" name "\t--shell\t" original[2]
      if (original[3] != "-" && primary[name] != original[3]) print "user-set\t" name "\t--gid\t" original[3]
      if (comment[name] != original[4] && !(original[4] == "-" && comment[name] == ""))
        print "user-set\t" name "\t--comment\t" (original[4] == "-" ? "" : original[4])
      return
    }
    if (!closed[name]) print "user-lock\t" name
    print "own-later\tuser\t" name "\t-\tlocked\t-\t-\t-\t-\t-"
  }

  # Only a group that we made and that nobody is in; groupdel itself refuses one that is somebody'"'"'s primary group.
  function retire_group(name) {
    if (!(name in gid_of) || our_group[name] == "existing") return
    print "group-drop\t" name
    print "own-later\tgroup\t" name "\t-\tcreated"
  }
'
