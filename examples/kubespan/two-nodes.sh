#!/bin/sh
# Two nodes and a WireGuard mesh between them, each node in a network namespace of its own: nothing of it touches the
# network of this machine. Needs root, /dev/net/tun, and Debian's wireguard-go, iproute2 and nftables.
#
#   sudo examples/kubespan/two-nodes.sh [DIRECTORY]   until it is interrupted; the nodes live in DIRECTORY, which it makes
#   sudo examples/kubespan/two-nodes.sh --once        until the nodes have found each other
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
cosi="${NODE:-node} ${COSI:-$here/../../packages/cli/bin/cosi.js}"
case "${1-}" in
'' | --once) directory=$(mktemp -d) ;;
*) mkdir -m 700 "$1" && directory=$(cd "$1" && pwd) ;;
esac
echo $$ >"$directory/pid"
pids=''
machines=''

# Whatever happens: the nodes end in order, which takes their devices away, and the namespaces go.
finish() {
  trap - EXIT INT TERM
  for pid in $pids; do kill "$pid" 2>/dev/null || true; done
  for pid in $pids; do wait "$pid" 2>/dev/null || true; done
  for name in $machines; do ip netns delete "mesh-$name" 2>/dev/null || true; done
  rm -rf "$directory"
}
trap finish EXIT
trap 'exit 130' INT TERM

# A namespace is a machine: it has its sockets of WireGuard devices for itself.
on() {
  name=$1
  shift
  exec ip netns exec "mesh-$name" sh -c 'mkdir -p /run/wireguard && mount -t tmpfs none /run/wireguard && exec "$@"' sh "$@"
}

# Those that another run has made are not ours to remove.
machine() {
  if ! ip netns add "mesh-$1"; then
    echo "another run has it; if none runs: ip netns pids mesh-$1 | xargs -r kill; ip netns delete mesh-$1" >&2
    exit 1
  fi
  machines="$machines $1"
}

# The machines: a switch, where the discovery service runs as well, and a cable to each node.
machine switch
ip -n mesh-switch link set lo up
ip -n mesh-switch link add br0 type bridge
ip -n mesh-switch address add 10.88.0.254/24 dev br0
ip -n mesh-switch link set br0 up
number=1
for name in one two; do
  machine "$name"
  ip -n "mesh-$name" link set lo up
  ip link add "to-$name" netns mesh-switch type veth peer name eth0 netns "mesh-$name"
  ip -n mesh-switch link set "to-$name" master br0 up
  ip -n "mesh-$name" address add "10.88.0.$number/24" dev eth0
  ip -n "mesh-$name" link set eth0 up
  # Who sends something into the mesh needs some route to it first: only then can it be marked for another one.
  ip -n "mesh-$name" route add default via 10.88.0.254
  number=$((number + 1))
done

# One cluster: its service, and a configuration that both nodes share but for the name.
on switch $cosi discovery serve --addr=10.88.0.254:3000 --landing-addr= --metrics-addr= --snapshots-enabled=false \
  2>"$directory/service.log" &
pids="$pids $!"
$cosi gen config mesh -t worker -o "$directory/worker.yaml" --with-kubespan --service-endpoint http://10.88.0.254:3000/
for name in one two; do
  mkdir -m 700 "$directory/$name"
  sed "s/^    network:/&\n        hostname: $name/" "$directory/worker.yaml" >"$directory/$name/config.yaml"
  on "$name" $cosi run --config "$directory/$name/config.yaml" --state "$directory/$name" 2>"$directory/$name.log" &
  pids="$pids $!"
done

# They find each other by discovery alone.
for name in one two; do
  until test -S "$directory/$name/api.sock"; do sleep 0.1; done
done
$cosi wait members two --state "$directory/one" --timeout 60s
$cosi wait members one --state "$directory/two" --timeout 60s
peer=$($cosi get kubespanidentities local -o jsonpath='{.spec.publicKey}' --state "$directory/two" | tr -d '\n')
$cosi wait kubespanpeerstatuses "$peer" --for=jsonpath='{.spec.state}'=up --state "$directory/one" --timeout 60s

$cosi get kubespanpeerspecs --state "$directory/one"
$cosi get kubespanpeerstatuses --state "$directory/one"
test "${1-}" = --once && exit 0

address=$($cosi get kubespanidentities local -o jsonpath='{.spec.address}' --state "$directory/two" | tr -d '\n')
cat <<TEXT

The mesh is up. Try, in another terminal, as root:

  ip netns exec mesh-one ping ${address%/128}
  ip netns exec mesh-one nft list table inet talos
  $cosi get kubespanpeerstatuses -w --state $directory

Ctrl-C ends it.
TEXT
wait
