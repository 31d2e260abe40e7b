/** URLs of Nix stores, as people type them. */

/** `https://`, `s3://`, `ssh://`, `ssh-ng://`, `file://` and whatever else a Nix may know. */
export const isStoreUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\/[^\s\0]+$/i.test(text);

/** Without the password or token that a URL may carry: for plans, events and messages. */
export const shownStoreUrl = (url: string): string =>
  url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@\s]*:[^/@\s]*@/i, "$1***@")
    .replace(/([?&][^=&]*(?:key|secret|token|password)[^=&]*=)[^&]*/gi, "$1***");
