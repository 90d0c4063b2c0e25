# Sourced by scripts/matrix: the driver, the initial file system, and one boot.
# A boot takes some 20 s alone, and may share this machine. The other architecture's instructions are translated with more work: 80 s.
boot_limit_s=${TCPTOP_BOOT_LIMIT_S:-300}
foreign_limit_s=$((boot_limit_s * 2))

# The shim without ffi/base/archives.c, which stands in for parts of libelf and libc that only a shared library cannot have.
# For the target, as build_shim.
driver_build() {
  local driver=$matrix/driver-$target sources zstd=
  mapfile -t sources < <(printf '%s\n' "$root"/tests/matrix/*.c "${shim_sources[@]}" | grep -v /archives.c)
  stale "$driver" "${sources[@]}" "${shim_files[@]}" "$root"/tests/matrix/*.h "$out"/*.bpf.o || return 0
  ! grep -qs zstd "$sysroot"/usr/lib/*/pkgconfig/libelf.pc || zstd=-lzstd
  clang "--target=$target-linux-gnu" ${sysroot:+"--sysroot=$sysroot"} -std=gnu11 -O2 -static -Wall -Wextra -Werror -Wno-missing-field-initializers \
    "-Wa,-I$out" "${sources[@]}" -o "$driver.new" "${shim_link[@]}" -lbpf -lelf -lz $zstd -lpthread -s 2>"$matrix/driver.log" ||
    { cat "$matrix/driver.log" >&2; die "cannot build the matrix driver"; }
  mv "$driver.new" "$driver"
}

# initrd_build NAME
initrd_build() {
  local tree=$matrix/trees/$1 arch busybox
  arch=$(arch_of "$1")
  busybox=$(busybox_for "$arch") || die "no busybox for $arch could be had"
  rm -rf "$tree" && mkdir -p "$tree/bin" "$tree/modules"
  cp "$busybox" "$tree/bin/busybox"
  cp "$matrix/driver-$arch" "$tree/bin/driver"
  cp "$root/tests/matrix/init" "$tree/init"
  chmod 755 "$tree/init"
  find "$matrix/kernels/$1/modules" -name '*.ko' -exec cp -t "$tree/modules" {} +
  (cd "$tree" && find . | cpio -o -H newc --quiet) >"$matrix/kernels/$1/initrd"
  rm -rf "$tree"
}

# program_build: the executable for the target, with the libraries that its Deno asks for, as a second initial file system.
program_build() {
  local tree=$matrix/trees/program-$target executable=$matrix/tcptop-$target library folder
  ! stale "$executable" "$root"/src "$root"/src/*/*.ts "$root"/src/*/*/*.ts "$root/main.ts" "${shim_files[@]}" "$root"/bpf/* ||
    "$root/scripts/compile" --target "linux-$target" --maker launcher --output "$executable" >&2
  rm -rf "$tree" && mkdir -p "$tree/bin" "$tree/lib" "$tree/lib64"
  cp "$executable" "$tree/bin/tcptop"
  folder=$sysroot/lib/$target-linux-gnu
  while read -r library; do
    cp -L "$folder/$library" "$tree/lib/$library"
    case $library in ld-linux*) ln -sf "../lib/$library" "$tree/lib64/$library" ;; esac
  done < <(objdump -p "$(deno_for_target)" | awk '$1 == "NEEDED" { print $2 }')
  (cd "$tree" && find . | cpio -o -H newc --quiet) >"$matrix/program-$target"
  rm -rf "$tree"
}

# emulate NAME MODE OUT: one boot. One emulating thread: with more, stock kernels now and then die while they patch their
# own code. no_timer_check: on a busy machine emulated timer interrupts come too late for timer_irq_works(), which then panics.
# The word results= reaches the first process as a variable: where it writes what it finds. This board has one serial port of its own.
emulate() {
  local folder=$matrix/kernels/$1 extra= initrd=$matrix/kernels/$1/initrd limit_s=$boot_limit_s arch machine
  arch=$(arch_of "$1")
  case $arch in
    x86_64)
      machine=(-cpu max -serial "file:$3.new")
      extra='console=ttyS0 results=ttyS1 no_timer_check' ;;
    aarch64)
      machine=(-M virt -cpu "max,pauth-impdef=on" -chardev "file,id=results,path=$3.new" -device pci-serial,chardev=results)
      extra='console=ttyAMA0 results=ttyS0' limit_s=$foreign_limit_s ;;
  esac
  case $2 in
    program) initrd=$initrd.program && cat "$folder/initrd" "$matrix/program-$arch" >"$initrd" ;;
    confidentiality) extra="$extra lockdown=$2" ;;
  esac
  timeout --foreground -k 5 "$limit_s" "qemu-system-$arch" -nographic -no-reboot -nodefaults -serial mon:stdio \
    -m 1536 -smp 2 -accel tcg,thread=single "${machine[@]}" -kernel "$folder/vmlinuz" -initrd "$initrd" \
    -append "panic=-1 quiet loglevel=4 $extra" </dev/null >"$3.console" 2>&1 || true
  [ "$initrd" = "$folder/initrd" ] || rm -f "$initrd"
}

# boot NAME MODE: results/NAME.MODE, whose last line is "finished" if the boot came to its end. A second boot is tried
# only if the first one ended before anything of ours ran.
boot() {
  local out=$matrix/results/$1.$2
  emulate "$1" "$2" "$out"
  if [ ! -s "$out.new" ]; then
    { echo "Linux $1 ($2) did not reach its first process, once more:"; tail -5 "$out.console"; } >&2
    emulate "$1" "$2" "$out"
  fi
  { echo "package version=$(cat "$matrix/kernels/$1/version") mode=$2 flavour=$(flavour_of "$1")"; tr -d '\r' <"$out.new"; } >"$out"
  rm -f "$out.new"
  # A kernel that panics ends with status 0 too, so only the mark counts.
  grep -q '^finished status=0$' "$out" || { echo "the boot of Linux $1 ($2) did not finish:"; tail -15 "$out.console"; } >&2
}
