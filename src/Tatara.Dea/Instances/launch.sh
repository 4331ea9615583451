# Runs inside the container, from the droplet's home. $1 is the start command; then NAME COMMAND of each sidecar.
cd "$HOME" || exit 1

# The container's own address: what the kernel lists as local and is not loopback.
while read -r line; do
  case $line in
    '|-- '*) candidate=${line#|-- } ;;
    '/32 host LOCAL') [[ $candidate == 127.* ]] || export CF_INSTANCE_INTERNAL_IP=$candidate ;;
  esac
done 2>/dev/null </proc/net/fib_trie
unset line candidate

for script in /home/vcap/profile.d/* "$HOME"/.profile.d/* "$HOME"/.profile; do
  if [ -f "$script" ]; then source "$script"; fi
done
unset script

if [ $# -eq 1 ]; then exec bash -c "$1"; fi

# With sidecars this shell stays: whichever process ends, ends the instance; a request to stop goes to all.
declare -A processes
stop() {
  stopping=yes
  kill -TERM "${!processes[@]}" 2>/dev/null
}
trap stop TERM
bash -c "$1" &
processes[$!]="The process"
shift
while [ $# -gt 0 ]; do
  bash -c "$2" &
  processes[$!]="The sidecar '$1'"
  shift 2
done
wait -n -p ended "${!processes[@]}"
status=$?
if [ -n "${stopping:-}" ]; then
  wait
elif [ -n "${ended:-}" ]; then
  echo "${processes[$ended]} ended with status $status." >&2
fi
exit "$status"
