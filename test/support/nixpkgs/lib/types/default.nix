# Option types: { name, description, check, merge, emptyValue?, getSubOptions }.
{ lists, attrs, strings, priorities, options, modules }:
let
  make = import ./make.nix { inherit lists options; };
  simple = import ./simple.nix { inherit lists strings make; };
  composed = import ./composed.nix { inherit lists attrs strings priorities options modules make simple; };
in
simple // composed // { inherit (make) mkOptionType; isType = name: value: (value._type or null) == name; }
