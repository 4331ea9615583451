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

if [ $$ -ne 1 ]; then exec bash -c "$1"; fi

# As process 1 the app would not die of the signals it sends itself, and would have to collect orphans:
# so this shell stays process 1, hands on SIGTERM to everyone and leaves when all have.
set -m
trap 'stopping=1; kill -TERM -1' TERM
bash -c "$1" &
app=$!
exec 2>/dev/null
wait $app
status=$?
if [ -n "$stopping" ]; then
  while kill -0 $app; do wait $app; status=$?; done
  while kill -0 -1; do read -r -t 0.05 <> <(:); done
fi
exit $status
