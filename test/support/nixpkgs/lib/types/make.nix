{ lists, options }:
let
  inherit (options) showOption showDefinitions;
in
rec {
  mkOptionType = { name, description ? name, check ? (_: true), merge ? mergeOne, emptyValue ? { }, getSubOptions ? (_: { }), ... }@fields:
    fields // { _type = "option-type"; inherit name description check merge emptyValue getSubOptions; };

  mergeOne = path: definitions:
    if lists.length definitions == 1 then (lists.head definitions).value
    else throw "The option `${showOption path}' is defined multiple times while it's expected to be unique.\n\nDefinition values:${showDefinitions definitions}\nUse `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.";

  mergeEqual = path: definitions:
    let first = (lists.head definitions).value;
    in if lists.all (definition: definition.value == first) definitions then first
    else throw "The option `${showOption path}' has conflicting definition values:${showDefinitions definitions}\nUse `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.";
}
