# Sourced by scripts/picture: a machine, the network around it, and what its programs say to each other. $near is the network namespace of
# the machine, $far that of everybody else. Everything that is started ends after $LIFE_S seconds, or when clean_up says so.
LIFE_S=170
# How load comes and goes, in steps of STEP_S; each client has a size of its own.
WAVE=(2 3 3 5 8 11 15 17 14 9 6 4 3 5 6 10 15 20 18 16 12 7 5 8) STEP_S=5
near=tcptop-picture-$$-near far=tcptop-picture-$$-far jobs_started=

end_traffic() {
  [ -z "$jobs_started" ] || kill $jobs_started 2>/dev/null || true
  wait 2>/dev/null || true
  ip netns delete "$near" 2>/dev/null || true
  ip netns delete "$far" 2>/dev/null || true
}

# start NAMESPACE COMMAND...: in the background. A function is run by a shell of its own.
start() {
  local namespace=$1
  shift
  if declare -F "$1" >/dev/null; then
    set -- bash -c "$(declare -p WAVE STEP_S folder); $(declare -f "$1"); $*"
  fi
  ip netns exec "$namespace" timeout --kill-after=2 $LIFE_S "$@" >/dev/null 2>>"$folder/log" </dev/null &
  jobs_started+=" $!"
}

# Addresses for documentation (RFC 5737, RFC 3849), and private ones for what is behind the machine.
connect() {
  local n
  ip netns add "$near"
  ip netns add "$far"
  ip -n "$near" link add eth0 type veth peer name eth0 netns "$far"
  for n in {192.0.2,10.0.0}.10/24; do ip -n "$near" address add "$n" dev eth0; done
  for n in 192.0.2.{21,34,53,80}/24 198.51.100.{7,23,64}/24 203.0.113.{5,99}/24 10.0.0.21/24; do ip -n "$far" address add "$n" dev eth0; done
  ip -n "$near" address add 2001:db8:7::10/64 dev eth0 nodad
  ip -n "$far" address add 2001:db8:7::a1/64 dev eth0 nodad
  for n in "$near" "$far"; do ip -n "$n" link set lo up && ip -n "$n" link set eth0 up; done
  for n in 198.51.100.0/24 203.0.113.0/24; do ip -n "$near" route add "$n" dev eth0 src 192.0.2.10; done
}

# web NAMESPACE PORT: nginx that sends as fast as a request's ?rate= says.
web() {
  local at=$folder/web-$2
  mkdir -p "$at/html"
  truncate -s 4G "$at/html/large"
  cat >"$at/conf" <<CONF
user www-data; worker_processes 1; pid $at/pid; error_log $at/error;
events { worker_connections 64; }
http {
  access_log off; client_body_temp_path $at; proxy_temp_path $at; fastcgi_temp_path $at; uwsgi_temp_path $at; scgi_temp_path $at;
  server {
    listen $2 ssl; listen [::]:$2 ssl; root $at/html; keepalive_timeout 65s;
    ssl_certificate $folder/certificate; ssl_certificate_key $folder/key; limit_rate \$arg_rate;
  }
}
CONF
  start "$1" nginx -c "$at/conf" -g "daemon off;"
}

database() {
  local bin
  bin=$(echo /usr/lib/postgresql/*/bin)
  bin=${bin##* }
  install -d -o postgres "$folder/data"
  setpriv --reuid=postgres --regid=postgres --clear-groups "$bin/initdb" -D "$folder/data" --auth=trust --no-sync >>"$folder/log"
  echo "host all all 10.0.0.0/24 trust" >>"$folder/data/pg_hba.conf"
  start "$near" setpriv --reuid=postgres --regid=postgres --clear-groups "$bin/postgres" -D "$folder/data" -k "$folder/data" \
    -c listen_addresses='*' -c fsync=off
  until_answers "$near" "$bin/pg_isready" -h 127.0.0.1
  ip netns exec "$near" "$bin/pgbench" -h 127.0.0.1 -U postgres -i -q -s 2 postgres >>"$folder/log" 2>&1
}

# shell NAMESPACE: sshd with keys of its own.
shell() {
  mkdir -p /run/sshd
  start "$1" /usr/sbin/sshd -D -f /dev/null -h "$folder/ssh" -p 22 -o UsePAM=no -o "AuthorizedKeysFile=$folder/ssh.pub" -o StrictModes=no \
    -o PidFile=none -o PermitRootLogin=yes
}

repository() {
  git init -q --bare "$folder/git/linux.git"
  head -c 3000000 /dev/urandom >"$folder/blob"
  git -C "$folder/git/linux.git" -c user.name=- -c user.email=- commit-tree -m - "$(
    blob=$(git -C "$folder/git/linux.git" hash-object -w "$folder/blob")
    printf '100644 blob %s\tblob\n' "$blob" | git -C "$folder/git/linux.git" mktree
  )" >"$folder/git/linux.git/refs/heads/$(git -C "$folder/git/linux.git" symbolic-ref --short HEAD)"
  start "$far" git daemon --export-all --reuseaddr "--base-path=$folder/git"
}

# until_answers NAMESPACE COMMAND...: until it succeeds.
until_answers() {
  local namespace=$1 n
  shift
  for n in $(seq 100); do
    ! ip netns exec "$namespace" "$@" >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  cat "$folder/log" >&2
  die "no answer: $*"
}

serve() {
  chmod 711 "$folder"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=tcptop -keyout "$folder/key" -out "$folder/certificate" 2>/dev/null
  ssh-keygen -q -t ed25519 -N "" -f "$folder/ssh"
  printf '%s\n' LogLevel\ ERROR "IdentityFile $folder/ssh" StrictHostKeyChecking\ no UserKnownHostsFile\ /dev/null >"$folder/ssh_config"
  web "$near" 443
  web "$far" 8443
  database
  repository
  shell "$near"
  shell "$far"
  start "$near" redis-server --save "" --bind 0.0.0.0 --protected-mode no --dir "$folder"
  start "$far" dnsmasq -k -C /dev/null --no-resolv --no-hosts --listen-address=192.0.2.53 --bind-interfaces --address=/#/192.0.2.80 \
    --pid-file= --user=nobody
  start "$near" dnsmasq -k -C /dev/null --no-resolv --no-hosts --listen-address=127.0.0.1 --bind-interfaces --server=192.0.2.53 \
    --pid-file= --user=nobody --cache-size=0
  until_answers "$far" curl -sk -o /dev/null "https://192.0.2.10/large" -r 0-0
  until_answers "$near" curl -sk -o /dev/null "https://192.0.2.80:8443/large" -r 0-0
  until_answers "$near" redis-cli ping
}

# browse URL SIZE SHIFT OPTION...: one request a step, at the wave's rate.
browse() {
  local i
  for ((i = $3; ; i++)); do
    curl -sk -o /dev/null --max-time $STEP_S "${@:4}" "$1?rate=$((WAVE[i % ${#WAVE[@]}] * $2))k"
  done
}

# copy ADDRESS SIZE SHIFT: a backup by ssh, at the wave's rate.
copy() {
  local i
  for ((i = $3 * 50; ; i++)); do
    head -c $((WAVE[i / 50 % ${#WAVE[@]}] * $2 * 100)) /dev/zero
    sleep 0.1
  done | (cd "$folder" && exec ssh -F ssh_config "root@$1" "cat >/dev/null")
}

clone() {
  local i
  for ((i = 0; ; i++)); do
    git clone -q --bare git://192.0.2.34/linux.git "$folder/clone"
    rm -rf "$folder/clone"
    sleep $((4 + i % 5))
  done
}

look_up() {
  local name
  for ((;;)); do
    for name in www.debian.org kernel.org example.org; do
      dig +short -b 127.0.0.1#5300 @127.0.0.1 "$name"
      sleep 0.4
    done
  done
}

cache() {
  for ((;;)); do
    redis-benchmark -q -c 1 -n 1500 -d 700 -t set,get
    sleep 2.2
  done
}

talk() {
  local size=0 client
  for client in 198.51.100.7 198.51.100.23 198.51.100.64 203.0.113.5 203.0.113.99; do
    start "$far" browse https://192.0.2.10/large $((17 + 31 * size)) $((size / 2)) --interface "$client"
    size=$((size + 1))
  done
  start "$far" browse "https://[2001:db8:7::10]/large" 63 2
  start "$far" curl -sk -o /dev/null --interface 198.51.100.23 "https://192.0.2.10/large?rate=211k"
  start "$far" curl -sk -o /dev/null --interface 203.0.113.99 "https://192.0.2.10/large?rate=13k"
  start "$near" browse https://192.0.2.80:8443/large 170 10
  start "$near" curl -sk -o /dev/null "https://192.0.2.80:8443/large?rate=380k"
  start "$near" copy 192.0.2.21 190 3
  start "$far" copy 192.0.2.10 45 11
  start "$near" clone
  start "$near" look_up
  start "$near" cache
  start "$far" pgbench -n -h 10.0.0.10 -U postgres -R 90 -c 4 -T $LIFE_S postgres
  start "$near" pgbench -n -S -h 127.0.0.1 -U postgres -R 70 -c 1 -T $LIFE_S postgres
  start "$far" redis-cli -h 10.0.0.10 -r 1000000 -i 0.025 setrange session 997 x
  start "$far" redis-cli -h 10.0.0.10 -r 1000000 -i 0.025 getrange session 0 700
}
