rec {
  inherit (builtins) all any concatLists concatMap elem elemAt filter foldl' genList groupBy head length map partition sort tail;

  optional = condition: item: if condition then [ item ] else [ ];
  optionals = condition: items: if condition then items else [ ];
  last = items: elemAt items (length items - 1);
  imap1 = f: items: genList (index: f (index + 1) (elemAt items index)) (length items);
  unique = foldl' (kept: item: if elem item kept then kept else kept ++ [ item ]) [ ];
  subtractLists = removed: filter (item: !(elem item removed));
  range = first: end: if first > end then [ ] else genList (index: first + index) (end - first + 1);
}
