# Template of the Homebrew formula; scripts/formula fills it in.
class Tcptop < Formula
  desc "Live view of every TCP connection and UDP flow, by process"
  homepage "https://github.com/@REPOSITORY@"
  version "@VERSION@"
  license all_of: ["MIT", any_of: ["GPL-2.0-only", "BSD-2-Clause"]]

  on_macos do
    on_arm do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/tcptop-macos-aarch64"
      sha256 "@SHA256-macos-aarch64@"
    end
    on_intel do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/tcptop-macos-x86_64"
      sha256 "@SHA256-macos-x86_64@"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/tcptop-linux-aarch64"
      sha256 "@SHA256-linux-aarch64@"
    end
    on_intel do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/tcptop-linux-x86_64"
      sha256 "@SHA256-linux-x86_64@"
    end
  end

  # The executable carries its program behind the machine code: stripping or relocating it would cut that off.
  skip_clean "bin"

  def install
    bin.install Dir["tcptop-*"].first => "tcptop"
    chmod 0755, bin/"tcptop"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/tcptop --version")
  end
end
