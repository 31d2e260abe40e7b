/** `--override-input NAME=URL`: another source for an input of the fleet's flake, for this call only. */
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";

export interface InputOverride {
  /** An input of the fleet's flake, `nixpkgs`, or of one of its inputs, `nixfleet/nixpkgs`. */
  readonly input: string;
  /** A flake reference. */
  readonly url: string;
}

const INPUT = /^[a-zA-Z_][a-zA-Z0-9_'-]*(\/[a-zA-Z_][a-zA-Z0-9_'-]*)*$/;

export function parseInputOverride(text: string): Result<InputOverride> {
  const equals = text.indexOf("=");
  const input = text.slice(0, Math.max(0, equals));
  const url = text.slice(equals + 1);
  if (INPUT.test(input) && url !== "" && !url.startsWith("-")) return ok({ input, url });
  return err(
    failure("nix/bad-override", "an input override is not understood", {
      expected: "NAME=URL, such as nixpkgs=github:NixOS/nixpkgs/nixos-25.05",
      found: text === "" ? "nothing" : text,
      next: "Name an input of the fleet's flake, an equals sign, and a flake reference.",
    }),
  );
}
