# Sourced by scripts/matrix: the driver, the initial file system, and one boot.
boot_limit_s=${TCPTOP_BOOT_LIMIT_S:-150}

# The shim without ffi/archives.c, which stands in for parts of libelf and libc that only a shared library cannot have.
driver_build() {
  local driver=$matrix/driver sources zstd=
  mapfile -t sources < <(ls "$root"/tests/matrix/*.c "$root"/ffi/*.c | grep -v /archives.c)
  stale "$driver" "${sources[@]}" "$root"/ffi/*.[hS] "$root"/tests/matrix/*.h "$build"/*.bpf.o || return 0
  ! grep -qs zstd /usr/lib/*/pkgconfig/libelf.pc || zstd=-lzstd
  clang -std=gnu11 -O2 -static -Wall -Wextra -Werror -Wno-missing-field-initializers "-Wa,-I$build" \
    "${sources[@]}" "$root/ffi/object.S" -o "$driver.new" -lbpf -lelf -lz $zstd -lpthread -s 2>"$matrix/driver.log" ||
    { cat "$matrix/driver.log" >&2; die "cannot build the matrix driver"; }
  mv "$driver.new" "$driver"
}

# initrd_build SERIES
initrd_build() {
  local tree=$matrix/trees/$1
  rm -rf "$tree" && mkdir -p "$tree/bin" "$tree/modules"
  cp /bin/busybox "$tree/bin/busybox"
  cp "$matrix/driver" "$tree/bin/driver"
  cp "$root/tests/matrix/init" "$tree/init"
  chmod 755 "$tree/init"
  find "$matrix/kernels/$1/modules" -name '*.ko' -exec cp -t "$tree/modules" {} +
  (cd "$tree" && find . | cpio -o -H newc --quiet) >"$matrix/kernels/$1/initrd"
  rm -rf "$tree"
}

# program_build: the executable, with the libraries that its Deno asks for, as a second initial file system.
program_build() {
  local tree=$matrix/trees/program library
  ! stale "$matrix/program" "$root"/src "$root"/src/*/*.ts "$root"/src/*/*/*.ts "$root/main.ts" "$root"/ffi/* "$root"/bpf/* ||
    "$root/scripts/compile" --maker launcher --output "$matrix/tcptop" >&2
  rm -rf "$tree" && mkdir -p "$tree/bin"
  cp "$matrix/tcptop" "$tree/bin/tcptop"
  while read -r library; do
    mkdir -p "$tree${library%/*}"
    cp "$library" "$tree$library"
  done < <(ldd "$deno" | grep -o '/[^ ]*')
  (cd "$tree" && find . | cpio -o -H newc --quiet) >"$matrix/program"
  rm -rf "$tree"
}

# emulate SERIES MODE OUT: one boot. One emulating thread: with more, stock kernels now and then die while they patch their
# own code. no_timer_check: on a busy machine emulated timer interrupts come too late for timer_irq_works(), which then panics.
emulate() {
  local folder=$matrix/kernels/$1 extra= initrd=$matrix/kernels/$1/initrd
  case $2 in
    program) initrd=$initrd.program && cat "$folder/initrd" "$matrix/program" >"$initrd" ;;
    confidentiality) extra=lockdown=$2 ;;
  esac
  timeout --foreground -k 5 "$boot_limit_s" qemu-system-x86_64 -nographic -no-reboot -nodefaults -serial mon:stdio \
    -serial "file:$3.new" -m 1536 -smp 2 -accel tcg,thread=single -cpu max -kernel "$folder/vmlinuz" -initrd "$initrd" \
    -append "console=ttyS0 panic=-1 quiet loglevel=4 no_timer_check $extra" </dev/null >"$3.console" 2>&1 || true
  [ "$initrd" = "$folder/initrd" ] || rm -f "$initrd"
}

# boot SERIES MODE: results/SERIES.MODE, whose last line is "finished" if the boot came to its end. A second boot is tried
# only if the first one ended before anything of ours ran.
boot() {
  local out=$matrix/results/$1.$2
  emulate "$1" "$2" "$out"
  if [ ! -s "$out.new" ]; then
    { echo "Linux $1 ($2) did not reach its first process, once more:"; tail -5 "$out.console"; } >&2
    emulate "$1" "$2" "$out"
  fi
  { echo "package version=$(cat "$matrix/kernels/$1/version") mode=$2"; tr -d '\r' <"$out.new"; } >"$out"
  rm -f "$out.new"
  # A kernel that panics ends with status 0 too, so only the mark counts.
  grep -q '^finished status=0$' "$out" || { echo "the boot of Linux $1 ($2) did not finish:"; tail -15 "$out.console"; } >&2
}
