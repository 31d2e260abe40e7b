/** Failure codes of the area "transport": reaching a host, proving who is who, and starting something there. */
import type { FailureEntry } from "./types.ts";

export const transportCodes = {
  "transport/unknown-address": {
    kind: "unreachable",
    meaning: "The host's address could not be looked up.",
    remedy: "Check `addr` in the inventory, the resolver, and HostName in the SSH configuration.",
  },
  "transport/refused": {
    kind: "unreachable",
    meaning: "The host answered that nothing listens on the SSH port.",
    remedy: "Check the port, and that sshd runs on the host.",
  },
  "transport/no-route": {
    kind: "unreachable",
    meaning: "The network has no way to the host.",
    remedy: "Check the address, the VPN and the firewall between.",
  },
  "transport/timeout": {
    kind: "unreachable",
    meaning: "The host did not answer in time, or did not finish the SSH handshake in time.",
    remedy: "Check that the host is up; ConnectTimeout in the SSH configuration sets another limit.",
  },
  "transport/throttled": {
    kind: "unreachable",
    meaning: "sshd dropped the connection before the handshake, as it does when too many arrive at once (MaxStartups).",
    remedy: "Try again with a lower --parallel, or raise MaxStartups on the host or on its jump host.",
  },
  "transport/penalised": {
    kind: "unreachable",
    meaning: "sshd refuses this address for a while because of earlier failures (PerSourcePenalties).",
    remedy: "Wait a minute, settle the failed logins first, or exempt this address with PerSourcePenaltyExemptList.",
  },
  "transport/algorithms": {
    kind: "unreachable",
    meaning: "Client and sshd have no common key exchange, cipher or host key algorithm.",
    remedy: "Set `transport: openssh` for the host, or update its sshd.",
  },
  "transport/handshake": {
    kind: "unreachable",
    meaning: "The SSH handshake failed for another reason.",
    remedy: "Try `ssh -v` to the same address and compare.",
  },
  "transport/authentication": {
    kind: "unreachable",
    meaning: "The host accepted none of the keys that were offered. This is never tried again.",
    remedy: "Check the user, the identity file, the agent (`ssh-add -l`) and authorized_keys on the host.",
  },
  "transport/key-locked": {
    kind: "unreachable",
    meaning: "A private key is encrypted and there was nobody to ask for its passphrase.",
    remedy: "Load it with `ssh-add`, or run the command on a terminal.",
  },
  "transport/identity-file": {
    kind: "usage",
    meaning: "The identity file that the inventory names is missing, unreadable or not a private key.",
    remedy: "Correct `identityFile` in the inventory.",
  },
  "transport/host-key-unknown": {
    kind: "failed",
    meaning: "The host showed a key that no known_hosts file lists.",
    remedy: "Compare the fingerprint with the host's own, then pin the key in the inventory or add it to known_hosts.",
  },
  "transport/host-key-changed": {
    kind: "failed",
    meaning: "The host showed another key than the one that is known. Somebody may be listening in.",
    remedy: "Find out why before anything else; then remove the old key.",
  },
  "transport/host-key-revoked": {
    kind: "failed",
    meaning: "The host showed a key that known_hosts marks as revoked.",
    remedy: "Give the host a new key; do not connect with this one.",
  },
  "transport/known-hosts": {
    kind: "usage",
    meaning: "A known_hosts file or a pinned host key cannot be read or written.",
    remedy: "Correct the file, its permissions, or `hostKeys` in the inventory.",
  },
  "transport/ssh-config": {
    kind: "usage",
    meaning: "The SSH configuration could not be resolved for a host.",
    remedy: "Try `ssh -G HOST` and correct what it complains about.",
  },
  "transport/ssh-missing": {
    kind: "usage",
    meaning: "No `ssh` was found; it reads the SSH configuration.",
    remedy: "Install the OpenSSH client.",
  },
  "transport/jump-loop": {
    kind: "usage",
    meaning: "The chain of jump hosts leads back to itself.",
    remedy: "Correct ProxyJump or `proxyJump`; a `Host *` block usually needs an exception for the jump host itself.",
  },
  "transport/jump": {
    kind: "unreachable",
    meaning: "The way through the jump host failed.",
    remedy: "See the cause; `ssh JUMP true` tries the first leg by hand.",
  },
  "transport/lost": {
    kind: "unreachable",
    meaning: "The connection ended while something still ran over it.",
    remedy: "Ask `nixfleet status` what became of the host.",
  },
  "transport/channel-refused": {
    kind: "failed",
    meaning: "sshd would not start another command on the connection.",
    remedy: "Check MaxSessions, ForceCommand and the login shell on the host.",
  },
  "transport/forwarding": {
    kind: "failed",
    meaning: "A socket of the host could be neither forwarded nor bridged.",
    remedy: "Check AllowStreamLocalForwarding, that the Nix daemon runs, and that the user may use its socket.",
  },
  "transport/runtime-folder": {
    kind: "usage",
    meaning: "The private folder for sockets cannot be made or is not ours alone.",
    remedy: "Set XDG_RUNTIME_DIR to a folder of yours with mode 0700.",
  },
  "transport/command-timeout": {
    kind: "failed",
    meaning: "A command did not end in its time. It may still run on the host.",
    remedy: "Look on the host, or give it more time.",
  },
  "transport/aborted": {
    kind: "failed",
    meaning: "The wait for a host was called off. A command may still run there.",
    remedy: "Ask `nixfleet status` what became of the host.",
  },
  "transport/killed": {
    kind: "failed",
    meaning: "A command on the host was ended by a signal.",
    remedy: "Look into the host's journal; the kernel ends processes when memory runs out.",
  },
  "transport/delivery": {
    kind: "failed",
    meaning: "The host did not take the program that was sent, so nothing was run.",
    remedy: "Look for a login shell or script that reads input, and for space in /run and /tmp.",
  },
  "transport/sudo-needs-password": {
    kind: "failed",
    meaning: "sudo on the host wants a password and there was none.",
    remedy: "Pass --ask-sudo-password, or allow the user NOPASSWD.",
  },
  "transport/sudo-wrong-password": {
    kind: "failed",
    meaning: "sudo on the host did not accept the password.",
    remedy: "Try again; it is asked for once and used for all hosts.",
  },
  "transport/sudo-missing": {
    kind: "failed",
    meaning: "The login is not root and the host has no sudo.",
    remedy: "Install sudo, or log in as root.",
  },
  "transport/sudo-not-allowed": {
    kind: "failed",
    meaning: "sudo on the host does not allow the user what is needed.",
    remedy: "Give the user a line in sudoers.",
  },
  "transport/sudo-failed": {
    kind: "failed",
    meaning: "sudo on the host ended, or asked something unexpected, before the program started.",
    remedy: "Try `sudo -n true` on the host.",
  },
  "transport/no-terminal": {
    kind: "usage",
    meaning: "A password is needed and there is no terminal to ask on.",
    remedy: "Run the command on a terminal, or set things up so that no password is needed.",
  },
} as const satisfies Record<`transport/${string}`, FailureEntry>;
