# Sourced by scripts/matrix: the newest kernel of a series from the mirror that apt uses on this machine. Point releases leave
# the mirror when the next one comes, so none is ever named here. /etc/apt is read and never written.
# A kernel's name is its series, and what it was built for unless that is x86_64: 6.1, 6.1-arm64, 6.12-arm64-16k (pages of 16 KiB).
arch_of() { case $1 in *-arm64*) echo aarch64 ;; *) echo x86_64 ;; esac; }
flavour_of() { case $1 in *-*) echo "${1#*-}" ;; *) echo amd64 ;; esac; }

# apt_for ARCH: what is asked of the mirror from here on is for that architecture.
apt_for() {
  local debian=amd64
  apt_state=$matrix/apt flavours=cloud-amd64
  [ "$1" = x86_64 ] || { debian=arm64 apt_state=$matrix/apt-$1 flavours='cloud-arm64|arm64-16k'; }
  apt_options=(
    -o "Dir::Etc::SourceList=$apt_state/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$apt_state/lists"
    -o "Dir::Cache=$apt_state/cache" -o Acquire::Languages=none -o APT::Sandbox::User=root -o Dir::State::status=/dev/null
    -o "APT::Architecture=$debian" -o "APT::Architectures=$debian"
  )
}
# Where Debian has stock kernels; a release that has left the mirror is passed over.
suites=(bullseye bookworm bookworm-backports trixie trixie-backports forky sid)
security_suites=(bullseye-security bookworm-security trixie-security)

# archive PATTERN: address of the archive from which this machine has a release of that name.
archive() {
  apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    awk -v pattern="^($1)\$" '$1 ~ pattern { print $2; exit }'
}

sources_write() {
  local names='bullseye|bookworm|trixie|forky|sid|stable|oldstable|testing|unstable' main security suite
  local signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
  main=$(archive "$names")
  security=$(archive "($names)-security")
  [ -n "$main" ] || { echo "apt on this machine has no Debian archive to take kernels from" >&2; return 1; }
  for suite in "${suites[@]}"; do echo "deb $signed $main $suite main"; done
  [ -z "$security" ] || for suite in "${security_suites[@]}"; do echo "deb $signed $security $suite main"; done
}

# index_update: $apt_state/kernels, a line "NAME VERSION PACKAGE" for each kernel that the mirror has, oldest first.
# Kept for a day. Without network the last one serves on; without any, status 1.
index_update() {
  local index=$apt_state/kernels pattern="^linux-(image|binary|modules)-[0-9][^ ]*-($flavours)\$"
  [ -z "$(find "$index" -mmin -1440 2>/dev/null)" ] || return 0
  mkdir -p "$apt_state/lists/partial" "$apt_state/cache/archives/partial"
  sources_write >"$apt_state/sources.list" || return 1
  echo "asking the mirror for kernels" >&2
  if ! apt-get "${apt_options[@]}" -o Acquire::Retries=2 update >"$apt_state/log" 2>&1; then
    echo "not all of the mirror's lists could be read:" >&2
    grep '^E: ' "$apt_state/log" >&2 || true
  fi
  apt-cache "${apt_options[@]}" search --names-only "$pattern" | awk '{ print $1 }' |
    xargs -r apt-cache "${apt_options[@]}" show --no-all-versions 2>/dev/null |
    awk '/^Package: / { name = $2 } /^Version: / && $2 ~ /^[0-9]+\.[0-9]+\.[0-9]+-/ {
      split($2, v, ".")
      print v[1] "." v[2] (name ~ /-arm64-16k$/ ? "-arm64-16k" : name ~ /-arm64$/ ? "-arm64" : ""), $2, name }' |
    sort -k2,2V -k3,3 >"$index.new"
  if [ -s "$index.new" ]; then mv "$index.new" "$index"; else [ -s "$index" ] && echo "using the lists of $(date -r "$index" +%F)" >&2; fi
}

# series_known [FLAVOUR]: the names of every series in the index, oldest first: those of x86_64, or of -arm64, or of -arm64-16k.
series_known() {
  awk -v flavour="${1:-}" '!seen[$1]++ && (match($1, /-.*/) ? substr($1, RSTART) : "") == flavour { print $1 }' "$apt_state/kernels" |
    sort -V
}

# versions_of NAME: its six newest versions in the index, newest first.
versions_of() { awk -v name="$1" '$1 == name && $2 != version { version = $2; print version }' "$apt_state/kernels" | tail -n 6 | tac; }

# packages_of NAME VERSION: vmlinuz is in linux-binary-* from 6.19 on, in linux-image-* before.
packages_of() {
  awk -v name="$1" -v version="$2" '$1 == name && $2 == version { print $3 "=" version }' "$apt_state/kernels" |
    awk '/^linux-binary-/ { binary = 1 } { all[NR] = $0 }
      END { for (i = 1; i <= NR; i++) if (!(binary && all[i] ~ /^linux-image-/)) print all[i] }'
}

# kernel_fetch NAME: build/matrix/kernels/NAME with vmlinuz, version and the modules that netlink needs, where the mirror has them: the
# newest version that can be had, for an index may name one that has left. One that is there already serves if the mirror cannot be reached.
kernel_fetch() {
  local folder=$matrix/kernels/$1 version
  while read -r version; do
    [ "$(cat "$folder/version" 2>/dev/null)" != "$version" ] || return 0
    ! version_fetch "$1" "$version" || return 0
  done < <(versions_of "$1")
  [ -e "$folder/vmlinuz" ]
}

# version_fetch NAME VERSION
version_fetch() {
  local folder=$matrix/kernels/$1 version=$2 packages work=$matrix/kernels/$1.new deb
  mapfile -t packages < <(packages_of "$1" "$version")
  echo "fetching Linux $version" >&2
  rm -rf "$work" && mkdir -p "$work/modules" "$work/root"
  if ! (cd "$work" && apt-get "${apt_options[@]}" download "${packages[@]}" >log 2>&1 </dev/null); then
    grep '^E: ' "$work/log" >&2 || true
    return 1
  fi
  for deb in "$work"/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$work/root" --wildcards '*/vmlinuz*' '*/net/ipv4/*_diag.ko*' 2>/dev/null || true
  done
  find "$work/root" -name 'vmlinuz*' -type f -exec mv {} "$work/vmlinuz" \;
  find "$work/root" -name '*_diag.ko*' -type f -exec mv -t "$work/modules" {} +
  find "$work/modules" -name '*.xz' -exec xz -d {} +
  rm -rf "$work/root" "$work"/*.deb "$folder"
  [ -e "$work/vmlinuz" ] || { echo "the packages of Linux $version hold no kernel" >&2; return 1; }
  echo "$version" >"$work/version"
  mv "$work" "$folder"
}

# busybox_for ARCH: prints where a static busybox for it is. That of another architecture comes from the mirror.
busybox_for() {
  local folder=$matrix/busybox-$1
  [ "$1" != "$(uname -m)" ] || { echo /bin/busybox; return; }
  if ! [ -x "$folder/busybox" ]; then
    rm -rf "$folder" && mkdir -p "$folder"
    (cd "$folder" && apt-get "${apt_options[@]}" download busybox-static >log 2>&1) || return 1
    dpkg-deb -x "$folder"/*.deb "$folder/root"
    mv "$(find "$folder/root" -name busybox -type f -perm -u+x)" "$folder/busybox"
  fi
  echo "$folder/busybox"
}
