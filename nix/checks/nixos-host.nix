# The host program on a machine with real NixOS: real modules under the lowered intents, the real switch-to-configuration,
# a real boot loader. Other systems to go to come as specialisations, as in nixpkgs' own test of switching.
{ pkgs }:
let
  inherit (pkgs) lib;
  program = import ../../backends/ubuntu/host-program.nix { inherit lib pkgs; };
  intent = {
    nixfleet.packages = [ pkgs.hello ];
    nixfleet.users.web = { system = true; home = "/var/lib/web"; };
    nixfleet.directories."/var/lib/web" = { owner = "web"; group = "web"; mode = "0750"; };
    nixfleet.files."/etc/web/greeting" = { text = lib.mkDefault "hello\n"; mode = "0640"; group = "web"; restartUnits = [ "web.service" ]; };
    nixfleet.files."/srv/web/notes".text = "kept\n";
    nixfleet.systemd.units."web.service".text = ''
      [Unit]
      Description=web
      [Service]
      User=web
      ExecStart=${pkgs.busybox}/bin/sh -c '${pkgs.busybox}/bin/cat /etc/web/greeting && exec ${pkgs.busybox}/bin/sleep 99999'
      [Install]
      WantedBy=multi-user.target
    '';
    nixfleet.firewall.allowedTCPPorts = [ 80 ];
  };
  host = { name = "machine"; base = "nixos"; system = pkgs.stdenv.hostPlatform.system; addresses = [ ]; port = null; roles = [ ]; tags = [ ]; groups = [ "all" "nixos" ]; osUpdates = { }; vars = { }; };
in
{
  name = "nixfleet-nixos-host";

  nodes.machine = {
    imports = [ ../../lib/intent ../../lib/checks ../../backends/nixos/lower intent ];
    _module.args.fleetRoot = ./.;
    nixfleet = { inherit host; fleet = { environment = "test"; hosts = { machine = host; }; groups = { }; }; };

    virtualisation = { useBootLoader = true; useEFIBoot = true; memorySize = 1024; };
    boot.loader.systemd-boot.enable = true;

    specialisation = {
      changed.configuration.nixfleet.files."/etc/web/greeting".text = "good evening\n";
      failing.configuration.systemd.services.bad = { wantedBy = [ "multi-user.target" ]; serviceConfig = { Type = "oneshot"; ExecStart = "${pkgs.coreutils}/bin/false"; }; };
      other-kernel-params.configuration.boot.kernelParams = [ "quiet" ];
      inhibited.configuration.system.switch.inhibitors.nixfleet-test = "2";
    };
    system.switch.inhibitors.nixfleet-test = lib.mkDefault "1";
  };

  testScript = { nodes, ... }:
    let system = name: nodes.machine.specialisation.${name}.configuration.system.build.toplevel;
    in ''
      import shlex

      PROGRAM = "${program}"
      runs = 0

      def records(text):
          found, rest = {}, text
          while rest:
              head, rest = rest.split("\n", 1)
              _, name, size = head.split(" ")
              found.setdefault(name, []).append(rest[: int(size)])
              rest = rest[int(size) + 1 :]
          return found

      def verb(*words):
          _, output = machine.execute(f"sh {PROGRAM} {shlex.join(words)} 2>/dev/null")
          return records(output)

      def activate(system, mode="live"):
          global runs
          runs += 1
          run = f"01TEST{runs:020d}"
          facts = verb("facts")
          verb("lock", "acquire", run, "tester", "600", "test", system)
          answer = verb("activate", run, system, facts["system.live"][0], facts["generation.committed"][0], "tester", "-", "-", mode)
          verb("lock", "release", run)
          return answer

      def code(answer):
          return int(answer["end"][0])

      def standing():
          facts = verb("facts")
          return [facts[name][0] for name in ("system.live", "system.committed", "generation.committed")]

      machine.wait_for_unit("multi-user.target")
      first = machine.succeed("readlink -f /run/current-system").strip()
      machine.succeed(f"nix-env --profile /nix/var/nix/profiles/system --set {first}")

      with subtest("the lowered intents hold on real NixOS"):
          machine.succeed("systemctl is-active web.service")
          assert machine.succeed("stat -c '%a %U %G' /etc/web/greeting /var/lib/web") == "640 root web\n750 web web\n"
          assert machine.succeed("cat /srv/web/notes") == "kept\n"
          assert machine.succeed("/run/nixfleet/current/sw/bin/hello") == "Hello, world!\n"

      with subtest("facts are NixOS' own"):
          facts = verb("facts")
          assert facts["os.id"] == ["nixos"] and facts["system.live"] == [first] and facts["reboot"] == ["no"]

      with subtest("a change is live first and committed after, and restarts what it names"):
          before = machine.succeed("systemctl show -p MainPID --value web.service")
          answer = activate("${system "changed"}")
          assert code(answer) == 0, answer
          assert standing()[:2] == ["${system "changed"}"] * 2
          assert machine.succeed("cat /etc/web/greeting") == "good evening\n"
          assert machine.succeed("systemctl show -p MainPID --value web.service") != before

      with subtest("a failing unit leads back"):
          held = standing()
          answer = activate("${system "failing"}")
          assert code(answer) == 71, answer
          assert "unit bad.service failed, which did not fail before" in answer["problem"]
          assert standing() == held

      with subtest("kernel parameters want a boot, and are named"):
          assert code(activate("${system "other-kernel-params"}")) == 0
          assert "kernel-params: +quiet" in verb("facts")["reboot"][0]

      with subtest("a changed switch inhibitor is left to the next boot"):
          live = standing()[0]
          answer = activate("${system "inhibited"}")
          assert code(answer) == 0 and "nixfleet-test" in answer["reboot"][0], answer
          assert standing()[:2] == [live, "${system "inhibited"}"]
          machine.shutdown()
          machine.start()
          machine.wait_for_unit("multi-user.target")
          assert standing()[:2] == ["${system "inhibited"}"] * 2
          assert "staged" not in verb("facts")

      with subtest("the system that the machine came with is a way back"):
          assert code(activate(first, "boot")) == 0
          machine.shutdown()
          machine.start()
          machine.wait_for_unit("multi-user.target")
          assert standing()[:2] == [first, first]
    '';
}
