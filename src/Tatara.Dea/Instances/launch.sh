# Runs inside the container, from the droplet's home. $1 is the start command.
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

exec bash -c "$1"
