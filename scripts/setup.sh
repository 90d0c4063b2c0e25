# Sourced by every command here: installs what is missing, builds what is stale, and says nothing when there is nothing to do.
# After it: $root, $deno, DENO_DIR, and build/libtcptop.so. Everything it says goes to standard error.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
export DENO_DIR=$build/deno DENO_NO_UPDATE_CHECK=1 DENO_NO_PROMPT=1
mkdir -p "$build"

die() { echo "${0##*/}: $*" >&2; exit 1; }

# need_packages NAME...: Debian packages, installed only if one is not.
need_packages() {
  local name missing=()
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null)" = "ii " ] || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return
  [ "$(id -u)" = 0 ] || die "needs these packages, and root to install them: ${missing[*]}"
  echo "installing ${missing[*]}" >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$build/apt.log" 2>&1 ||
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
      >"$build/apt.log" 2>&1 || { cat "$build/apt.log" >&2; die "cannot install ${missing[*]}"; }
}

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

# The libraries that deno.lock pins, fetched once.
need_modules() {
  [ "$build/modules" -nt "$root/deno.lock" ] && [ "$build/modules" -nt "$root/deno.json" ] && return
  echo "fetching libraries" >&2
  (cd "$root" && "$deno" install --quiet --frozen) >&2
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

build_bpf() {
  local arch object=$build/tcp.bpf.o triplet
  stale "$object" "$root"/bpf/*.[ch] "$root/scripts/setup.sh" || return 0
  case $(uname -m) in aarch64) arch=arm64 ;; *) arch=x86 ;; esac
  triplet=$(uname -m)-linux-gnu
  clang -O2 -g -target bpf -mcpu=v2 "-D__TARGET_ARCH_$arch" -Wall -Wextra -Wno-unused-parameter -Werror \
    -idirafter "/usr/include/$triplet" -c "$root/bpf/tcp.bpf.c" -o "$object.new"
  mv "$object.new" "$object"
}

build_shim() {
  local library=$build/libtcptop.so zstd=
  stale "$library" "$root"/ffi/*.[chS] "$build/tcp.bpf.o" || return 0
  # libelf 0.190 and newer can read sections packed with zstd.
  ! grep -qs zstd /usr/lib/*/pkgconfig/libelf.pc || zstd=-lzstd
  clang -std=gnu11 -O2 -fPIC -shared -Wall -Wextra -Werror -fvisibility=hidden -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
    "-DTCP_OBJECT=\"$build/tcp.bpf.o\"" "$root"/ffi/*.c "$root/ffi/object.S" -o "$library.new" \
    -Wl,-Bstatic -lbpf -lelf -lz $zstd -Wl,-Bdynamic -lpthread -ldl -Wl,--exclude-libs,ALL -Wl,-z,relro,-z,now -s
  mv "$library.new" "$library"
}

set_up() {
  need_packages clang libc6-dev libbpf-dev libelf-dev zlib1g-dev
  need_deno
  need_modules
  build_bpf
  build_shim
}
