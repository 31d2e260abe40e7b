# The message for a definition of an option that nobody declared.
{ lists, attrs, strings, options }:
let
  fail = prefix: tree:
    let
      first = lists.head tree.undeclared;
      same = lists.filter (definition: definition.path == first.path) tree.undeclared;
      siblings = attrs.attrByPath (without prefix (parent first.path)) { } tree.options;
    in
    throw "The option `${options.showOption first.path}' does not exist. Definition values:${options.showDefinitions same}${hint siblings}";

  parent = path: lists.genList (lists.elemAt path) (lists.length path - 1);
  without = prefix: path:
    lists.genList (index: lists.elemAt path (index + lists.length prefix)) (lists.length path - lists.length prefix);
  hint = siblings:
    let names = lists.filter (name: name != "_module") (builtins.attrNames siblings);
    in strings.optionalString (names != [ ] && !(options.isOption siblings)) "\n\nIts siblings are: ${strings.concatStringsSep ", " names}";
in
{ inherit fail; }
