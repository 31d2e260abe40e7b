/** The little that NixFleet reads from a derivation file: what it depends on. */

/**
 * The derivations that a derivation needs, from the text of its `.drv` file (an ATerm, the same in every Nix).
 * Undefined when the text is no derivation.
 */
export function inputDerivations(aterm: string): readonly string[] | undefined {
  if (!aterm.startsWith("Derive(")) return undefined;
  // Derive([outputs],[inputDrvs],[inputSrcs],…: environment values behind them may hold anything.
  const [, inputs] = topLevelLists(aterm.slice("Derive(".length), 2);
  if (inputs === undefined) return undefined;
  return [...inputs.matchAll(/\("(\/[^"\\]+\.drv)"/g)].map((match) => match[1] ?? "");
}

/** The first lists, as text with their brackets; strings inside are skipped over. */
function topLevelLists(text: string, count: number): readonly string[] {
  const lists: string[] = [];
  let depth = 0;
  let begin = 0;
  for (let index = 0; index < text.length && lists.length < count; index += 1) {
    const character = text[index];
    if (character === '"') index = endOfString(text, index);
    else if (character === "[" && ++depth === 1) begin = index;
    else if (character === "]" && --depth === 0) lists.push(text.slice(begin, index + 1));
  }
  return lists;
}

function endOfString(text: string, quote: number): number {
  let index = quote + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === "\\" ? 2 : 1;
  return index;
}
