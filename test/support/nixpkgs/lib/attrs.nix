{ lists }:
rec {
  inherit (builtins) attrNames attrValues hasAttr isAttrs listToAttrs mapAttrs removeAttrs intersectAttrs zipAttrsWith;

  nameValuePair = name: value: { inherit name value; };
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
  mapAttrs' = f: set: listToAttrs (mapAttrsToList f set);
  filterAttrs = keep: set: removeAttrs set (lists.filter (name: !(keep name set.${name})) (attrNames set));
  optionalAttrs = condition: set: if condition then set else { };
  isDerivation = value: (value.type or null) == "derivation";
  attrByPath = path: fallback: set:
    if path == [ ] then set
    else if isAttrs set && set ? ${lists.head path} then attrByPath (lists.tail path) fallback set.${lists.head path}
    else fallback;
  setAttrByPath = path: value: if path == [ ] then value else { ${lists.head path} = setAttrByPath (lists.tail path) value; };
  recursiveUpdate = left: right:
    left // mapAttrs
      (name: value: if isAttrs value && isAttrs (left.${name} or null) then recursiveUpdate left.${name} value else value)
      right;
}
