# Sourced by every command here: installs what is missing, builds what is stale, and says nothing when there is nothing to do.
# After it: $root, $deno, DENO_DIR, and build/libtcptop.so. Everything it says goes to standard error.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
export DENO_DIR=$build/deno DENO_NO_UPDATE_CHECK=1 DENO_NO_PROMPT=1
mkdir -p "$build"

# v8_flags screen|stream: how V8 is set for tcptop, as launcher/process.c says, with the reasons.
v8_flags() { sed -n -e 's/^#define V8_ALWAYS "\(.*\)"$/\1/p' -e "s/^static char v8_for_$1\[\] = V8_ALWAYS \"\([^\"]*\)\".*/\1/p" "$root/launcher/process.c" | tr -d '\n'; }

die() { echo "${0##*/}: $*" >&2; exit 1; }

# The comment at the head of a script is its help. tcptop's own is that of run, and bench has one that knows the loads.
asks_for_help() {
  local word
  for word in "$@"; do case $word in -h | --help) return 0 ;; esac; done
  return 1
}
case ${0##*/} in
  run | bench) ;;
  *) ! asks_for_help "$@" || { awk 'NR > 1 { if (!sub(/^# ?/, "")) exit; print }' "$0"; exit 0; } ;;
esac

# no_option_but "OPTION..." WORD...: refuses a word that looks like an option and is none of these, before anything is installed.
no_option_but() {
  local known=" $1 " word
  shift
  for word; do
    case $word in -*) [[ $known == *" $word "* ]] || die "there is no option $word. See --help" ;; esac
  done
}

# need_packages NAME...: Debian packages, installed only if one is not.
need_packages() {
  local name missing=()
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null)" = "ii " ] || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return
  [ "$(id -u)" = 0 ] || die "needs these packages, and root to install them: ${missing[*]}"
  echo "installing ${missing[*]}" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" >"$build/apt.log" 2>&1 ||
    { apt-get update -qq && apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}"; } \
      >"$build/apt.log" 2>&1 || { cat "$build/apt.log" >&2; die "cannot install ${missing[*]}"; }
}

# quiet_packages NAME...: installs packages of servers, none of which is started by that: whoever asks starts its own, on a port of its own.
quiet_packages() (
  policy=/usr/sbin/policy-rc.d
  if [ "$(id -u)" = 0 ] && [ ! -e "$policy" ] && ! dpkg-query -W "$@" >/dev/null 2>&1; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  need_packages "$@"
)

# Deno's own binary from its npm package: the wrapper beside it needs an install script, and node on each start.
need_deno() {
  local arch
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) die "Deno has no build for $(uname -m)" ;;
  esac
  deno=$root/scripts/node_modules/@deno/linux-$arch-glibc/deno
  if ! [ "$root/scripts/node_modules/.package-lock.json" -nt "$root/scripts/package-lock.json" ] || ! [ -x "$deno" ]; then
    command -v npm >/dev/null || die "needs npm, to install Deno"
    echo "installing Deno" >&2
    npm ci --prefix "$root/scripts" --no-audit --no-fund --ignore-scripts --loglevel=error >&2
    touch "$root/scripts/node_modules/.package-lock.json"
  fi
}

# Prints where the Deno binary for the target is. That of another architecture comes from the same lock.
deno_for_target() {
  [ -n "$sysroot" ] || { echo "$deno"; return; }
  local arch=x64 folder=$out/npm
  [ "$target" != aarch64 ] || arch=arm64
  if stale "$folder/node_modules/.package-lock.json" "$root/scripts/package-lock.json"; then
    echo "fetching Deno for $target" >&2
    mkdir -p "$folder"
    cp "$root/scripts/package.json" "$root/scripts/package-lock.json" "$folder/"
    npm ci --prefix "$folder" "--cpu=$arch" --os=linux --libc=glibc --no-audit --no-fund --ignore-scripts --loglevel=error >&2
    touch "$folder/node_modules/.package-lock.json"
  fi
  echo "$folder/node_modules/@deno/linux-$arch-glibc/deno"
}

# The libraries that deno.lock pins, fetched once.
need_modules() {
  local pause
  [ "$build/modules" -nt "$root/deno.lock" ] && [ "$build/modules" -nt "$root/deno.json" ] && return
  echo "fetching libraries" >&2
  # Deno asks the registry once, where npm asks three times.
  for pause in 3 3 0; do
    (cd "$root" && "$deno" install --quiet --frozen) >&2 && break
    [ "$pause" != 0 ] || die "cannot fetch the libraries"
    sleep "$pause"
  done
  touch "$build/modules"
}

# stale TARGET SOURCE...: whether TARGET is missing or older than a source.
stale() {
  local target=$1 source
  shift
  [ -e "$target" ] || return 0
  for source in "$@"; do [ "$source" -nt "$target" ] && return 0; done
  return 1
}

# need_sysroot: what links a library for the target, under $sysroot. Nothing for this machine's own architecture; for another,
# Debian's packages of it, unpacked into the build folder: the machine's own package state stays as it is.
need_sysroot() {
  [ -n "$sysroot" ] || return 0
  need_packages "gcc-$target-linux-gnu"
  stale "$sysroot/complete" "$root/scripts/setup.sh" || return 0
  local state=$build/apt-$target arch
  case $target in aarch64) arch=arm64 ;; x86_64) arch=amd64 ;; esac
  echo "fetching libraries for $target" >&2
  mkdir -p "$state/lists/partial" "$state/archives/partial" "$sysroot"
  local apt=(apt-get -qq -o "APT::Architecture=$arch" -o "APT::Architectures=$arch" -o "Dir::State=$state" -o "Dir::State::status=/dev/null"
    -o "Dir::Cache=$state" -o APT::Sandbox::User=root)
  "${apt[@]}" update >&2
  (cd "$state/archives" && "${apt[@]}" download libbpf-dev libelf-dev zlib1g-dev libzstd-dev libc6-dev libc6 linux-libc-dev \
    libgcc-s1 libgcc-12-dev) >&2
  local package
  for package in "$state"/archives/*.deb; do dpkg-deb -x "$package" "$sysroot"; done
  touch "$sysroot/complete"
}

# A source with a license is an object of its own; the others are parts, which objects include.
build_bpf() {
  local arch source object cpu
  case $target in aarch64) arch=arm64 ;; *) arch=x86 ;; esac
  for source in "$root"/bpf/*.bpf.c; do
    grep -q 'SEC("license")' "$source" || continue
    object=$out/$(basename "${source%.c}").o
    stale "$object" "$root"/bpf/*.[ch] "$root/scripts/setup.sh" || continue
    # Its kernels have atomic operations that return the old value; those of the others may be older than 5.12.
    case $object in */tcp_table.*) cpu=v3 ;; *) cpu=v2 ;; esac
    clang -O2 -g -target bpf "-mcpu=$cpu" "-D__TARGET_ARCH_$arch" -Wall -Wextra -Wno-unused-parameter -Werror \
      -idirafter "$sysroot/usr/include/$target-linux-gnu" -c "$source" -o "$object.new"
    mv "$object.new" "$object"
  done
}

# The shim's sources, and all that they are made of.
shim_sources=("$root"/ffi/*.c "$root"/ffi/*/*.[cS])
# ffi/bpf/kernel_btf.c and ffi/bpf/kernel_btf_part.c stand between libbpf and these.
shim_link=(-Wl,--wrap=btf__load_vmlinux_btf,--wrap=btf__free,--wrap=btf__parse)
shim_files=("${shim_sources[@]}" "$root"/ffi/*.h "$root"/ffi/*/*.h "$root"/bpf/*.h)

# What the shim takes from libraries, as arguments in shim_libraries. libelf 0.190 and newer can read sections packed with zstd.
find_shim_libraries() {
  shim_libraries=(-Wl,-Bstatic -lbpf -lelf -lz -Wl,-Bdynamic -lpthread -ldl)
  ! grep -qs zstd "$sysroot"/usr/lib/*/pkgconfig/libelf.pc || shim_libraries=(-Wl,-Bstatic -lbpf -lelf -lz -lzstd -Wl,-Bdynamic -lpthread -ldl)
}

build_shim() {
  local library=$out/libtcptop.so
  stale "$library" "${shim_files[@]}" "$out"/*.bpf.o "$root/scripts/setup.sh" || return 0
  find_shim_libraries
  # nodelete: a Worker that ends takes its library along, while tcptop__wait() may still run on a thread of the runtime's.
  clang "--target=$target-linux-gnu" ${sysroot:+"--sysroot=$sysroot"} -std=gnu11 -O2 -fPIC -shared -Wall -Wextra -Werror \
    -fvisibility=hidden -D_FORTIFY_SOURCE=2 -fstack-protector-strong -include "$root/ffi/base/glibc.h" "-Wa,-I$out" \
    "${shim_sources[@]}" -o "$library.new" "${shim_link[@]}" \
    "${shim_libraries[@]}" -Wl,--exclude-libs,ALL -Wl,-z,relro,-z,now,-z,nodelete -s
  mv "$library.new" "$library"
}

# The script of reports. Deno fetches the bundler when it is first asked for one.
build_page() {
  local page=$build/report.js sources
  mapfile -t sources < <(find "$root/src" -name '*.ts')
  stale "$page" "${sources[@]}" "$root/scripts/bundle.ts" "$root/deno.lock" || return 0
  "$deno" run --quiet --no-prompt --frozen --config "$root/deno.json" --allow-run="$deno" --allow-read="$root" --allow-write="$build" \
    "$root/scripts/bundle.ts" page "$page.new"
  mv "$page.new" "$page"
}

# for_target ARCH: what is built from here on is for that architecture.
for_target() {
  target=$1 out=$build sysroot=
  [ "$target" = "$(uname -m)" ] || out=$build/$target sysroot=$build/$target/sysroot
  mkdir -p "$out"
}
for_target "$(uname -m)"

set_up() {
  need_packages clang libc6-dev libbpf-dev libelf-dev zlib1g-dev
  need_deno
  need_modules
  build_bpf
  build_shim
  build_page
}
