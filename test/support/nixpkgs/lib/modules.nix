# The module system: modules are collected, their option declarations merged into a tree, and every option's definitions
# merged by its type.
{ lib, lists, attrs, strings, priorities, options, types }:
let
  inherit (lists) concatMap filter head length;
  inherit (options) isOption showOption showFiles showDefinitions;
  collect = import ./collect.nix { inherit lists attrs; };
  undeclared = import ./undeclared.nix { inherit lists attrs strings options; };
in
rec {
  evalModules = { modules, specialArgs ? { }, prefix ? [ ], class ? null }:
    let
      internal = {
        _file = "the module system";
        options._module = {
          args = options.mkOption { type = types.lazyAttrsOf types.raw; internal = true; description = "Arguments of modules."; };
          check = options.mkOption { type = types.bool; default = true; internal = true; description = "Whether to refuse undeclared options."; };
        };
      };
      collected = collect {
        modules = [ internal ] ++ modules;
        args = { inherit config; specialArgs = { inherit lib; } // specialArgs; options = tree.options; };
      };
      tree = mergeTree prefix
        (map (module: { inherit (module) file; value = module.options; }) collected)
        (concatMap (module: map (value: { inherit (module) file; inherit value; }) (priorities.pushDown module.config)) collected);
      config = tree.config;
      checked =
        if tree.undeclared != [ ] && config._module.check then undeclared.fail prefix tree
        else config;
    in
    {
      _type = "configuration";
      config = removeAttrs checked [ "_module" ];
      options = tree.options;
      inherit class;
    };

  # One level of the tree: declarations and definitions are lists of { file, value } with attribute sets as values.
  mergeTree = path: declarations: definitions:
    let
      declared = byName declarations;
      defined = byName definitions;
      results = builtins.mapAttrs (name: entries: mergeEntry (path ++ [ name ]) entries (defined.${name} or [ ])) declared;
    in
    {
      config = builtins.mapAttrs (_: result: result.config) results;
      options = builtins.mapAttrs (_: result: result.options) results;
      undeclared = concatMap (result: result.undeclared) (builtins.attrValues results)
        ++ concatMap (name: map (definition: definition // { path = path ++ [ name ]; }) defined.${name})
          (filter (name: !(declared ? ${name})) (builtins.attrNames defined));
    };

  mergeEntry = path: declarations: definitions:
    if lists.any (declaration: isOption declaration.value) declarations then mergeOption path declarations definitions
    else mergeTree path declarations
      (concatMap (definition: map (value: { inherit (definition) file; inherit value; }) (asSets path definition)) definitions);

  asSets = path: definition:
    let sets = priorities.pushDown definition.value;
    in if lists.all builtins.isAttrs sets then sets
    else throw "The option `${showOption path}' has sub-options, but `${definition.file}' gives it a value.";

  mergeOption = path: declarations: definitions:
    if length declarations > 1 then
      throw "The option `${showOption path}' in ${showFiles (map (entry: entry.file) declarations)} is already declared."
    else
      let
        option = (head declarations).value;
        defaults = attrsList option "default" (value: { file = (head declarations).file; value = priorities.public.mkOptionDefault value; });
        all = defaults ++ definitions;
        merged =
          if (option.readOnly or false) && length all > 1 then
            throw "The option `${showOption path}' is read-only, but it's set multiple times. Definition values:${showDefinitions all}"
          else mergeDefinitions path (option.type or types.raw) all;
        value = (option.apply or (given: given)) merged.value;
      in
      {
        config = value;
        options = option // {
          inherit value;
          loc = path;
          isDefined = merged.defined;
          declarations = map (entry: entry.file) declarations;
          type = option.type or types.raw;
        };
        undeclared = [ ];
      };

  # -> { value, defined }; what is wrong is thrown only when the value is asked for.
  mergeDefinitions = path: type: definitions:
    let
      settled = priorities.settle definitions;
      wrong = filter (definition: !(type.check definition.value)) settled;
    in
    {
      defined = settled != [ ];
      value =
        if settled == [ ] then
          type.emptyValue.value or (throw "The option `${showOption path}' was accessed but has no value defined. Try setting the option.")
        else if wrong != [ ] then
          throw "A definition for option `${showOption path}' is not of type `${type.description}'. Definition values:${showDefinitions wrong}"
        else type.merge path settled;
    };

  byName = entries: attrs.zipAttrsWith (_: values: values)
    (map (entry: builtins.mapAttrs (_: value: { inherit (entry) file; inherit value; }) entry.value) entries);
  attrsList = set: name: f: if set ? ${name} then [ (f set.${name}) ] else [ ];
}
