{ lists, attrs, strings, priorities, options, modules, make, simple }:
let
  inherit (make) mkOptionType;
  inherit (builtins) isAttrs isFunction isList isPath;
  mergeAt = type: path: definitions: modules.mergeDefinitions path type definitions;

  setOf = { name, description, lazy }: elementType: mkOptionType {
    inherit name;
    description = "${description} of ${elementType.description}";
    check = isAttrs;
    emptyValue.value = { };
    getSubOptions = prefix: elementType.getSubOptions (prefix ++ [ "<name>" ]);
    merge = path: definitions:
      let
        sets = lists.concatMap
          (definition: map (value: builtins.mapAttrs (_: item: { inherit (definition) file; value = item; }) value) (priorities.pushDown definition.value))
          definitions;
        merged = attrs.zipAttrsWith (key: mergeAt elementType (path ++ [ key ])) sets;
        present = if lazy then merged else attrs.filterAttrs (_: result: result.defined) merged;
      in
      builtins.mapAttrs (_: result: result.value) present;
  };
in
rec {
  attrsOf = setOf { name = "attrsOf"; description = "attribute set"; lazy = false; };
  lazyAttrsOf = setOf { name = "lazyAttrsOf"; description = "lazy attribute set"; lazy = true; };
  attrs = mkOptionType { name = "attrs"; description = "attribute set"; check = isAttrs; emptyValue.value = { }; merge = _: lists.foldl' (merged: definition: merged // definition.value) { }; };

  listOf = elementType: mkOptionType {
    name = "listOf";
    description = "list of ${elementType.description}";
    check = isList;
    emptyValue.value = [ ];
    getSubOptions = prefix: elementType.getSubOptions (prefix ++ [ "*" ]);
    merge = path: definitions:
      map (result: result.value) (lists.filter (result: result.defined)
        (lists.concatLists (lists.imap1
          (number: definition: lists.imap1
            (index: value: mergeAt elementType (path ++ [ "[definition ${toString number}-entry ${toString index}]" ]) [ { inherit (definition) file; inherit value; } ])
            definition.value)
          definitions)));
  };

  nullOr = elementType: mkOptionType {
    name = "nullOr";
    description = "null or ${elementType.description}";
    check = value: value == null || elementType.check value;
    emptyValue.value = null;
    inherit (elementType) getSubOptions;
    merge = path: definitions:
      let nulls = lists.filter (definition: definition.value == null) definitions;
      in if lists.length nulls == lists.length definitions then null
      else if nulls != [ ] then throw "The option `${options.showOption path}' is defined both null and not null, in ${options.showFiles (map (definition: definition.file) definitions)}."
      else elementType.merge path definitions;
  };

  either = left: right: mkOptionType {
    name = "either";
    description = "${left.description} or ${right.description}";
    check = value: left.check value || right.check value;
    merge = path: definitions:
      if lists.all (definition: left.check definition.value) definitions then left.merge path definitions
      else if lists.all (definition: right.check definition.value) definitions then right.merge path definitions
      else make.mergeOne path definitions;
  };
  oneOf = kinds: lists.foldl' either (lists.head kinds) (lists.tail kinds);

  coercedTo = from: convert: to: mkOptionType {
    name = "coercedTo";
    description = "${to.description} or ${from.description} convertible to it";
    check = value: (from.check value && to.check (convert value)) || to.check value;
    inherit (to) getSubOptions emptyValue;
    merge = path: definitions: to.merge path
      (map (definition: definition // { value = if from.check definition.value then convert definition.value else definition.value; }) definitions);
  };

  submodule = module: submoduleWith { modules = if isList module then module else [ module ]; };
  submoduleWith = { modules ? [ ], specialArgs ? { }, ... }@args: mkOptionType {
    name = "submodule";
    description = "submodule";
    check = value: isAttrs value || isFunction value || isPath value;
    emptyValue.value = { };
    getSubOptions = prefix: removeAttrs (evaluate args.modules specialArgs prefix "<name>" [ ]).options [ "_module" ];
    merge = path: definitions: (evaluate args.modules specialArgs path (lists.last path) (map asModule definitions)).config;
  };

  evaluate = declared: specialArgs: prefix: name: given: modules.evalModules {
    modules = [ { _file = "the submodule"; _module.args.name = name; } ] ++ declared ++ given;
    inherit specialArgs prefix;
  };
  asModule = definition: { _file = definition.file; imports = [ (if isAttrs definition.value then { _file = definition.file; config = definition.value; } else definition.value) ]; };
  addCheck = type: also: type // { check = value: type.check value && also value; };
}
