{ lists, strings, make }:
let
  inherit (make) mkOptionType mergeEqual mergeOne;
  inherit (builtins) isAttrs isBool isInt isFloat isPath isString match;
  scalar = name: description: check: mkOptionType { inherit name description check; merge = mergeEqual; };
  isStorePathLike = value: isAttrs value && (value ? outPath || value ? __toString);
  integer = name: description: low: high: scalar name description (value: isInt value && value >= low && value <= high);
in
rec {
  raw = mkOptionType { name = "raw"; description = "raw value"; merge = mergeOne; };
  unspecified = mkOptionType { name = "unspecified"; description = "unspecified value"; };
  anything = mkOptionType {
    name = "anything";
    description = "anything";
    merge = path: definitions:
      if lists.length definitions > 1 && lists.all (definition: isAttrs definition.value) definitions then
        builtins.zipAttrsWith
          (name: values: anything.merge (path ++ [ name ]) (map (value: { file = "several files"; inherit value; }) values))
          (map (definition: definition.value) definitions)
      else mergeEqual path definitions;
  };
  bool = scalar "bool" "boolean" isBool;
  int = scalar "int" "signed integer" isInt;
  float = scalar "float" "floating point number" isFloat;
  number = scalar "number" "signed integer or floating point number" (value: isInt value || isFloat value);
  port = integer "unsignedInt16" "16 bit unsigned integer; between 0 and 65535 (both inclusive)" 0 65535;
  ints = {
    unsigned = integer "unsignedInt" "unsigned integer, meaning >=0" 0 9223372036854775807;
    positive = integer "positiveInt" "positive integer, meaning >0" 1 9223372036854775807;
    between = low: high: integer "intBetween" "integer between ${toString low} and ${toString high} (both inclusive)" low high;
    u16 = port;
  };
  str = scalar "str" "string" isString;
  singleLineStr = scalar "singleLineStr" "(optionally newline-terminated) single-line string" (value: isString value && match "[^\n\r]*\n?" value != null);
  nonEmptyStr = scalar "nonEmptyStr" "non-empty string" (value: isString value && match "[ \t\n]*" value == null);
  strMatching = pattern: scalar "strMatching" "string matching the pattern ${pattern}" (value: isString value && match pattern value != null);
  separatedString = separator: mkOptionType {
    name = "separatedString";
    description = "strings concatenated with ${builtins.toJSON separator}";
    check = isString;
    merge = _: definitions: strings.concatMapStringsSep separator (definition: definition.value) definitions;
  };
  lines = separatedString "\n";
  commas = separatedString ",";
  enum = values: scalar "enum" "one of ${strings.concatMapStringsSep ", " builtins.toJSON values}" (value: lists.elem value values);
  path = scalar "path" "absolute path" (value: isPath value || (isString value && strings.substring 0 1 value == "/") || isStorePathLike value);
  package = mkOptionType {
    name = "package";
    description = "package";
    check = value: isAttrs value && (value.type or null) == "derivation" || (isString value && strings.hasPrefix builtins.storeDir value);
    merge = path: definitions: make.mergeOne path definitions;
  };
}
