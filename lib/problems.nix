# Everything that is wrong with a host comes as one error that names it.
{ lib, name }:
{
  failed = assertions: lib.sort (left: right: left < right)
    (map (assertion: assertion.message) (lib.filter (assertion: !assertion.assertion) assertions));

  refuse = problems: value:
    if problems == [ ] then value
    else if lib.length problems == 1 then throw "nixfleet: host ${name}: ${lib.head problems}"
    else throw "nixfleet: host ${name}: ${toString (lib.length problems)} problems\n${lib.concatMapStringsSep "\n" (problem: "- ${problem}") problems}";
}
