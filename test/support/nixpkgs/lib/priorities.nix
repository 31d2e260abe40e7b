# mkIf, mkMerge, priorities and order: properties wrapped around a definition, and how they are taken off again.
{ lists }:
rec {
  public = {
    inherit mkIf mkMerge mkOverride mkOptionDefault mkDefault mkForce mkVMOverride mkOrder mkBefore mkAfter;
  };

  mkIf = condition: content: { _type = "if"; inherit condition content; };
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkOverride = priority: content: { _type = "override"; inherit priority content; };
  mkOptionDefault = mkOverride 1500;
  mkDefault = mkOverride 1000;
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;
  mkOrder = priority: content: { _type = "order"; inherit priority content; };
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;

  # One attribute set of definitions that may be wrapped -> plain attribute sets with the wrapping at their values.
  pushDown = config:
    if (config._type or null) == "merge" then lists.concatMap pushDown config.contents
    else if (config._type or null) == "if" then
      map (builtins.mapAttrs (_: mkIf config.condition)) (pushDown config.content)
    else if (config._type or null) == "override" then
      map (builtins.mapAttrs (_: mkOverride config.priority)) (pushDown config.content)
    else if (config._type or null) == "order" then
      map (builtins.mapAttrs (_: mkOrder config.priority)) (pushDown config.content)
    else [ config ];

  # [{ file, value }] -> the definitions that count, in order, without wrapping.
  settle = definitions: inOrder (strongest (lists.concatMap discharge definitions));

  discharge = { file, value }:
    if (value._type or null) == "merge" then
      lists.concatMap (content: discharge { inherit file; value = content; }) value.contents
    else if (value._type or null) == "if" then
      if !(builtins.isBool value.condition) then throw "mkIf got a condition that is not a boolean in `${file}'"
      else if value.condition then discharge { inherit file; value = value.content; }
      else [ ]
    else [ { inherit file value; } ];

  strongest = definitions:
    let
      weight = definition: if (definition.value._type or null) == "override" then definition.value.priority else 100;
      best = lists.foldl' (lowest: definition: if weight definition < lowest then weight definition else lowest) 9999 definitions;
      strip = definition:
        if (definition.value._type or null) == "override" then definition // { value = definition.value.content; }
        else definition;
    in
    map strip (lists.filter (definition: weight definition == best) definitions);

  inOrder = definitions:
    let
      rank = definition: if (definition.value._type or null) == "order" then definition.value.priority else 1000;
      strip = definition:
        if (definition.value._type or null) == "order" then definition // { value = definition.value.content; }
        else definition;
    in
    if lists.all (definition: (definition.value._type or null) != "order") definitions then definitions
    else map strip (lists.sort (left: right: rank left < rank right) definitions);
}
