{ strings }:
rec {
  mkOption = fields: fields // { _type = "option"; };
  isOption = value: (value._type or null) == "option";
  showOption = path: strings.concatStringsSep "." (map showPart path);
  showPart = part: if builtins.match "[a-zA-Z_][a-zA-Z0-9_'-]*" part != null || part == "*" || isPlaceholder part then part else builtins.toJSON part;
  isPlaceholder = part: builtins.match "<.*>" part != null;
  showFiles = files: strings.concatMapStringsSep " and " (file: "`${file}'") files;
  showDefinitions = strings.concatMapStrings (definition: "\n- In `${definition.file}': ${showValue definition.value}");
  showValue = value:
    if builtins.isFunction value then "<function>"
    else if builtins.isPath value then toString value
    else if value ? type && value.type == "derivation" then "<derivation ${value.name}>"
    else builtins.toJSON value;
}
