/** Whether GSSAPI could log in at all: Debian's ssh_config switches it on for everybody, tickets or not. */
import { access } from "node:fs/promises";
import { userInfo } from "node:os";

export async function hasKerberosTicket(environment: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  const named = environment.KRB5CCNAME;
  // Caches in the kernel, in memory or at a daemon cannot be seen from here; who names one has one.
  if (named !== undefined && named !== "" && !/^(?:FILE:)?\//.test(named)) return true;
  const path = named?.replace(/^FILE:/, "") || `/tmp/krb5cc_${userInfo().uid}`;
  return access(path).then(
    () => true,
    () => false,
  );
}
