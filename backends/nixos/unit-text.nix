# Unit files as text: what their [Install] section asks for, and settings added to a section.
{ lib }:
rec {
  lines = text: lib.filter builtins.isString (builtins.split "\n" text);
  headerOf = line: let found = builtins.match "[[:space:]]*\\[([A-Za-z]+)].*" line; in if found == null then null else lib.head found;

  # [{ section, line }]
  sectioned = text: (lib.foldl'
    (state: line: let section = if headerOf line == null then state.section else headerOf line; in { inherit section; items = state.items ++ [ { inherit section line; } ]; })
    { section = ""; items = [ ]; }
    (lines text)).items;

  # All words that a key of a section has.
  words = section: key: text: lib.concatMap
    (item:
      let found = builtins.match "[[:space:]]*${key}[[:space:]]*=(.*)" item.line;
      in if item.section != section || found == null then [ ]
      else lib.filter (word: builtins.isString word && word != "") (builtins.split "[[:space:]]+" (lib.head found)))
    (sectioned (builtins.unsafeDiscardStringContext text));

  hasSection = section: text: lib.any (line: headerOf line == section) (lines text);

  # Settings right behind a section's head; a text without the section gets one at its end.
  add = section: settings: text:
    if settings == [ ] then text
    else if !(hasSection section text) then "${text}\n[${section}]\n${lib.concatStringsSep "\n" settings}\n"
    else
      let
        insert = state: line: if !state.done && headerOf line == section then { done = true; out = state.out ++ [ line ] ++ settings; } else state // { out = state.out ++ [ line ]; };
      in
      # The empty substring carries the references to store paths along.
      builtins.substring 0 0 text + lib.concatStringsSep "\n" (lib.foldl' insert { done = false; out = [ ]; } (lines text)).out;
}
