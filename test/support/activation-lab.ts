/** Machines of the lab as hosts under test. */
import { type HostUnderTest, hostUnderTest } from "./activation.ts";
import { type TestLab, useLab } from "./lab.ts";

export interface ActivationLab {
  readonly lab: TestLab;
  readonly host: HostUnderTest;
}

/** One fresh machine, `lab-1`. */
export async function activationLab(): Promise<ActivationLab> {
  const lab = await useLab({ hosts: 1 });
  return { lab, host: await hostOf(lab, "lab-1") };
}

/** A machine as it is now; the program is put there again, since a reset takes it away. */
export const hostOf = (lab: TestLab, name: string): Promise<HostUnderTest> =>
  hostUnderTest((script, input) => lab.ssh(name, `sudo sh -c '${script.replaceAll("'", "'\\''")}'`, input));
