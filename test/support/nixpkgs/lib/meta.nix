# Names, versions and messages.
rec {
  getName = package: package.pname or (builtins.parseDrvName package.name).name;
  getVersion = package: package.version or (builtins.parseDrvName package.name).version;
  warn = message: value: builtins.trace "evaluation warning: ${message}" value;
  throwIf = condition: message: value: if condition then throw message else value;
  throwIfNot = condition: throwIf (!condition);
  literalExpression = text: { _type = "literalExpression"; inherit text; };
}
