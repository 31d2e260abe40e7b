# Modules and everything they import, each once, as { file, key, options, config }.
{ lists, attrs }:
let
  inherit (lists) concatMap;

  collect = { modules, args }:
    let
      step = module: {
        key = module.key;
        inherit module;
      };
      found = builtins.genericClosure {
        startSet = map step (number ":root" modules);
        operator = entry: map step (number entry.module.key entry.module.imports);
      };
      number = parent: imported: lists.imap1 (index: load args "${parent}:${toString index}" parent) imported;
    in
    map (entry: entry.module) found;

  load = args: anonymous: parent: module:
    if builtins.isPath module || builtins.isString module then
      shape (toString module) (toString module) (call args (import module))
    else shape anonymous (anonymousFile parent) (call args module);

  anonymousFile = parent: if builtins.substring 0 1 parent == "/" then "${parent} (an import)" else "<unknown-file>";

  # A module function gets what it names: special arguments first, then `_module.args`.
  call = args: module:
    if !(builtins.isFunction module || module ? __functor) then module
    else
      let
        given = args.specialArgs // { inherit (args) config options; };
        named = builtins.mapAttrs (name: _: given.${name} or args.config._module.args.${name})
          (builtins.functionArgs module);
      in
      module (given // named);

  shape = key: file: module:
    if !(builtins.isAttrs module) then throw "`${file}' is not a module: it is neither a function nor an attribute set."
    else if (module._type or "module") != "module" && !(module ? config) then
      base key file module // { options = { }; config = module; }
    else if module ? options || module ? config then
      let extra = removeAttrs module [ "_file" "_class" "_type" "key" "imports" "options" "config" "meta" "freeformType" ];
      in if extra != { } then
        throw "Module `${file}' has an unsupported attribute `${lists.head (builtins.attrNames extra)}'. This is caused by introducing a top-level `config' or `options' attribute."
      else base key file module // { options = module.options or { }; config = module.config or { }; }
    else base key file module // {
      options = { };
      config = removeAttrs module [ "_file" "_class" "key" "imports" "require" ];
    };

  base = key: file: module: {
    key = module.key or key;
    file = module._file or file;
    imports = module.imports or [ ];
  };
in
collect
