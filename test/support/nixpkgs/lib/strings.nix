{ lists }:
rec {
  inherit (builtins) concatStringsSep isString replaceStrings stringLength substring toJSON toString;

  concatStrings = concatStringsSep "";
  concatMapStrings = f: items: concatStrings (map f items);
  concatMapStringsSep = separator: f: items: concatStringsSep separator (map f items);
  concatLines = concatMapStrings (line: line + "\n");
  boolToString = value: if value then "true" else "false";
  optionalString = condition: text: if condition then text else "";
  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  hasSuffix = suffix: text:
    let start = stringLength text - stringLength suffix;
    in start >= 0 && substring start (-1) text == suffix;
  hasInfix = infix: text: replaceStrings [ infix ] [ "" ] text != text;
  removePrefix = prefix: text: if hasPrefix prefix text then substring (stringLength prefix) (-1) text else text;
  removeSuffix = suffix: text:
    if hasSuffix suffix text then substring 0 (stringLength text - stringLength suffix) text else text;
  splitString = separator: text:
    lists.filter isString (builtins.split (escapeRegex separator) (builtins.unsafeDiscardStringContext text));
  escapeRegex = replaceStrings specials (map (character: "\\${character}") specials);
  specials = [ "\\" "[" "{" "(" ")" "*" "+" "?" "." "^" "$" "|" ];
  escapeShellArg = value:
    let text = toString value;
    in if builtins.match "[[:alnum:],._+:@%/-]+" text != null then text else "'${replaceStrings [ "'" ] [ "'\\''" ] text}'";
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
}
