# What the machine must have: checked by doctor, installed by prepare_machine.

# Debian packages and why each is needed.
PACKAGES=(
  nats-server   # the bus
  runc          # runs containers
  conmon        # holds containers while the platform is away
  nftables      # ports into containers, isolation between them
  iproute2      # container networks
  dnsmasq-base  # names that containers look up
  tini          # first process of each container
  e2fsprogs     # disk limits of containers
  mmdebstrap    # the stack's root filesystem
  zip unzip     # buildpacks
  zstd          # their runtimes
  ca-certificates
)

say() { printf '%s\n' "$*"; }
tatara_fail() { printf 'tatara: %s\n        %s\n' "$1" "$2" >&2; exit 1; }

package_installed() { [[ $(dpkg-query -W -f='${Status}' "$1" 2>/dev/null) == 'install ok installed' ]]; }

missing_packages() {
  local package
  for package in "$@"; do package_installed "$package" || printf '%s\n' "$package"; done
}

# without_services COMMAND...: packages of servers would start them, open to everyone. Debian asks this file whether to.
without_services() (
  policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  DEBIAN_FRONTEND=noninteractive "$@"
)

# disable_services PACKAGE...: nor at the next boot. The platform starts what it needs itself.
disable_services() {
  command -v systemctl >/dev/null || return 0
  dpkg -L "$@" | sed -nE 's#^(/usr)?/lib/systemd/system/([^@/]+\.service)$#\2#p' | xargs -r systemctl disable
}

# install_packages NAME...: those that are missing; one line of progress.
install_packages() {
  local missing started=$SECONDS log
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  [[ $EUID == 0 ]] || tatara_fail "These Debian packages are missing: ${missing[*]}." "Run this as root, or: sudo apt-get install ${missing[*]}"
  command -v apt-get >/dev/null || tatara_fail "These packages are missing: ${missing[*]}, and there is no apt-get." "Tatara sets itself up on Debian 12; elsewhere install them by hand."
  say "  Debian packages ${missing[*]} ..."
  log=$(mktemp)
  if ! { apt-get update -q && without_services apt-get install -q -y --no-install-recommends "${missing[@]}" && disable_services "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    tatara_fail "apt-get could not install ${missing[*]}." "Its last words are above; the whole log is $log."
  fi
  rm -f "$log"
  say "  Debian packages: installed ($((SECONDS - started)) s)"
}

check_dotnet() {
  command -v dotnet >/dev/null || tatara_fail "The .NET 10 SDK is not there: no 'dotnet' on the PATH." "Install it: https://dotnet.microsoft.com/download/dotnet/10.0"
  dotnet --list-sdks | grep -qE '^(1[0-9]|[2-9][0-9])\.' || tatara_fail "dotnet is there, but no SDK of version 10 or newer." "Install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0"
}

prepare_machine() {
  [[ $EUID == 0 ]] || tatara_fail "Containers, networks and ports below 1024 need root." "Run it as root: sudo ./tatara ..."
  check_dotnet
  install_packages "${PACKAGES[@]}"
}

prepare_machine_quietly() { prepare_machine >&2; }

# check NAME RESULT ADVICE: one line of doctor's report. An empty result is a failure.
PROBLEMS=0
check() {
  local green= red= plain=
  if [[ -t 1 ]]; then green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'; fi
  if [[ -n $2 ]]; then
    printf '  %sok%s       %-28s %s\n' "$green" "$plain" "$1" "$2"
  else
    printf '  %slacking%s  %-28s %s\n' "$red" "$plain" "$1" "$3"
    PROBLEMS=$((PROBLEMS + 1))
  fi
}

port_state() {
  local owner
  owner=$(ss -Hltnp "sport = :$1" 2>/dev/null | sed -nE 's/.*users:\(\("([^"]+)".*/\1/p' | head -n 1)
  if [[ -z $owner ]]; then echo free; elif [[ $owner == tatara ]]; then echo "used by Tatara itself"; fi
}

doctor() {
  if [[ ${1:-} == --help || ${1:-} == -h ]]; then say "./tatara doctor: checks what this machine has and lacks. Ends with 1 when something is missing."; return 0; fi
  local package memory disk
  check root "$([[ $EUID == 0 ]] && echo yes)" "run as root: containers and networks need it"
  check Linux "$(uname -sr | grep -E '^Linux ([5-9]|[1-9][0-9])\.')" "Linux 5.10 or newer is needed"
  check Debian "$(. /etc/os-release 2>/dev/null && [[ ${ID:-} == debian ]] && echo "${PRETTY_NAME:-}")" "made for Debian 12; elsewhere install the packages by hand"
  check ".NET SDK" "$(dotnet --list-sdks 2>/dev/null | awk '$1 ~ /^(1[0-9]|[2-9][0-9])\./ { v = $1 } END { print v }')" "install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0"
  for package in "${PACKAGES[@]}"; do
    check "package $package" "$(dpkg-query -W -f='${Version}' "$package" 2>/dev/null)" "apt-get install $package (quickstart and up do it)"
  done
  check overlayfs "$({ grep -qw overlay /proc/filesystems || modprobe -n overlay 2>/dev/null; } && echo yes)" "the kernel needs CONFIG_OVERLAY_FS"
  check "loop devices" "$([[ -e /dev/loop-control ]] || modprobe loop 2>/dev/null; [[ -e /dev/loop-control ]] && echo yes)" "the kernel needs CONFIG_BLK_DEV_LOOP"
  check "user namespaces" "$([[ $(cat /proc/sys/user/max_user_namespaces 2>/dev/null || echo 0) -gt 0 ]] && echo yes)" "sysctl user.max_user_namespaces must be above 0"
  check "cgroups" "$(if [[ -f /sys/fs/cgroup/cgroup.controllers ]]; then echo v2; elif [[ -d /sys/fs/cgroup/memory && -d /sys/fs/cgroup/pids ]]; then echo v1; fi)" "mount cgroups with the memory, cpu and pids controllers"
  check nftables "$(unshare -n nft 'add table inet t; add chain inet t c { type filter hook prerouting priority raw; }; add rule inet t c fib saddr . iif oif missing drop' 2>/dev/null && echo yes)" "the kernel needs CONFIG_NF_TABLES_INET and CONFIG_NFT_FIB_INET, and this must run as root"
  check vxlan "$(unshare -n ip link add name tatara type vxlan id 1 dstport 4789 2>/dev/null && echo yes)" "the kernel needs CONFIG_VXLAN where containers of several hosts are to reach each other"
  check "port 443" "$(port_state 443)" "another program listens there: end it, or use --https-port"
  check "port 80" "$(port_state 80)" "another program listens there: end it, or use --http-port"
  memory=$(awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
  check memory "$( ((memory >= 1500)) && echo "$memory MB")" "$memory MB: the platform and a few apps want 1.5 GB"
  disk=$(df -Pm /var/lib | awk 'NR == 2 { print $4 }')
  check "disk at /var/lib" "$( ((disk >= 4000)) && echo "$disk MB free")" "$disk MB free: 4 GB are needed; --data chooses another place"
  if ((PROBLEMS)); then say "$PROBLEMS to mend."; return 1; fi
  say "All is there."
}
