#!/usr/bin/env bash
# Makes the folders that the zip and the Debian package are made of: target/image, target/root and target/control. The
# module's pom.xml says what is where; it starts this.
set -euo pipefail
umask 022
export LC_ALL=C TZ=UTC

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
image=$SCHSM_OUT/image
root=$SCHSM_OUT/root
control=$SCHSM_OUT/control
main=io.github.schsm.cli/io.github.schsm.cli.Schsm
rm -rf "$image" "$root" "$control"
mkdir -p "$image/bin" "$image/lib" "$image/share/doc/schsm"

version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$SCHSM_JDK/release")
[ -x "$SCHSM_JDK/bin/jlink" ] || { echo "no jlink in $SCHSM_JDK: name another JDK by -Dschsm.dist.jdk" >&2 && exit 1; }
compress=2
[ "$version" -lt 21 ] || compress=zip-6
# Natives of other systems, and a part of JLine that jlink of an older JDK cannot even read.
without=(glob:/com.sun.jna/com/sun/jna/{aix,darwin,dragonflybsd,freebsd,openbsd,sunos,win32}-*/**
    glob:/org.jline/org/jline/nativ/{FreeBSD,Mac,Windows}/** glob:/ipkcs11wrapper/natives/windows/**)
[ "$version" -ge 22 ] || without+=(glob:/org.jline/org/jline/terminal/impl/ffm/**)

# The command, and what it finds by ServiceLoader or name only: curves, and JMX for programs that look at it.
"$SCHSM_JDK/bin/jlink" --output "$image/runtime" --module-path "$SCHSM_MODULES" \
    --add-modules io.github.schsm.cli,io.github.schsm.bridge,io.github.schsm.remote,io.github.schsm.simulator \
    --add-modules jdk.crypto.ec,jdk.management,jdk.management.agent \
    --exclude-resources="$(IFS=,; echo "${without[*]}")" --ignore-signing-information --strip-java-debug-attributes --no-header-files --no-man-pages --compress="$compress"
# Legal texts that are the same in several modules are links, and Debian's security files lead to /etc.
(cd "$image/runtime" && find . -type l | while read -r link; do
    cp --remove-destination "$(readlink -f "$link")" "$link"
done)

# The JVM's own messages must not get among the output, and C1 alone starts soonest.
# JNA need not ask ldconfig where libraries are: the only one that is loaded by it is found by its name.
options="-Xshare:auto -Xlog:disable -Xlog:all=error:stderr -XX:TieredStopAtLevel=1 -Djna.platform.library.path="
[ "$version" -lt 22 ] || options+=" --enable-native-access=com.sun.jna,ipkcs11wrapper,org.jline"
start="exec \"\$home/runtime/bin/java\" -XX:SharedArchiveFile=\"\$home/lib/schsm.jsa\" $options -m $main \"\$@\""
while IFS= read -r line; do
    case $line in @exec@) echo "$start" ;; *) echo "$line" ;; esac
done <"$here/schsm" >"$image/bin/schsm"
chmod 755 "$image/bin/schsm"
cp "$SCHSM_HOME/tools/terminal.sh" "$image/lib"

# The archive of loaded classes halves the time to start. What --help loads is the same each time, unlike what a command
# with threads does; sorted, because the order is not. What lambdas are made of comes behind the classes.
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
java=("$image/runtime/bin/java" -XX:TieredStopAtLevel=1)
"${java[@]}" -Xshare:off -XX:DumpLoadedClassList="$state/loaded" -m "$main" --help >/dev/null
{
    grep -v '^[#@]' "$state/loaded" | sed 's/ id:.*//' | sort -u
    grep '^@' "$state/loaded" | sort -u
} >"$state/classes"
# The archive holds the time of what it was made from.
touch -d "$SCHSM_TIMESTAMP" "$image/runtime/lib/modules"
# As much the same each time as the JVM can: no compiler threads, one size of the heap, and the same addresses, where that
# is allowed. Some bytes still differ now and then.
if setarch -R true 2>/dev/null; then java=(setarch -R "${java[@]}"); fi
"${java[@]}" -Xint -Xms128m -Xmx128m -Xshare:dump -XX:SharedClassListFile="$state/classes" \
    -XX:SharedArchiveFile="$image/lib/schsm.jsa" -Xlog:cds=error -Xlog:cds+dynamic=error -m "$main" \
    >"$SCHSM_OUT/archive.log" 2>&1
chmod 644 "$image/lib/schsm.jsa"

cp "$SCHSM_HOME/LICENSE" "$SCHSM_HOME/NOTICE" "$SCHSM_HOME/THIRD-PARTY.md" "$image/share/doc/schsm"
cp "$here/../container/Containerfile" "$image/share/doc/schsm"
for page in "$SCHSM_GENERATED"/man/*; do
    install -D -m 644 "$page" "$image/share/man/man1/${page##*/}"
done
install -D -m 644 "$SCHSM_GENERATED/completion/schsm.bash" "$image/share/bash-completion/completions/schsm"
install -D -m 644 "$SCHSM_GENERATED/completion/schsm.zsh" "$image/share/zsh/vendor-completions/_schsm"
install -D -m 644 "$SCHSM_GENERATED/completion/schsm.fish" "$image/share/fish/vendor_completions.d/schsm.fish"

# Debian's places.
mkdir -p "$root/usr/lib" "$root/usr/share"
cp -r "$image" "$root/usr/lib/schsm"
rm -r "$root/usr/lib/schsm/share"
cp -r "$image/share/." "$root/usr/share"
gzip -9n "$root"/usr/share/man/man1/*
{
    echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
    echo "Upstream-Name: SCHSM"
    echo "Source: https://github.com/schsm/schsm"
    echo
    echo "Files: *"
    echo "Copyright: 2026 the SCHSM contributors"
    echo "License: Apache-2.0"
    echo " On Debian systems, the text is in /usr/share/common-licenses/Apache-2.0."
    echo " Other people's software in this package is listed in /usr/share/doc/schsm/THIRD-PARTY.md, with its licenses;"
    echo " those of the Java runtime are below /usr/lib/schsm/runtime/legal."
} >"$root/usr/share/doc/schsm/copyright"

# What the runtime is linked against, and the newest version of glibc's symbols in it.
glibc=$(find "$image/runtime" -type f \( -name '*.so' -o -path '*/bin/*' \) -print0 |
    xargs -0 grep -aoh 'GLIBC_2\.[0-9][0-9]*' | sort -uV | tail -n 1)
depends="libc6 (>= ${glibc#GLIBC_})"
needs() { find "$image/runtime" -type f \( -name '*.so' -o -path '*/bin/*' \) -print0 | xargs -0 grep -aqF "$1"; }
! needs libz.so.1 || depends+=", zlib1g"
! needs libstdc++.so.6 || depends+=", libstdc++6"
! needs libgcc_s.so.1 || depends+=", libgcc-s1"
case $(uname -m) in
x86_64) architecture=amd64 ;;
aarch64) architecture=arm64 ;;
*) architecture=$(dpkg --print-architecture) ;;
esac
mkdir -p "$control"
{
    echo "Package: schsm"
    echo "Version: [[version]]"
    echo "Section: utils"
    echo "Priority: optional"
    echo "Architecture: $architecture"
    echo "Depends: $depends"
    echo "Recommends: pcscd"
    echo "Suggests: p11-kit-modules, opensc-pkcs11"
    echo "Maintainer: The SCHSM contributors <schsm@users.noreply.github.com>"
    echo "Homepage: https://github.com/schsm/schsm"
    echo "Description: keys, certificates and key domains of SmartCard-HSMs"
    echo " The command schsm initializes SmartCard-HSMs, makes keys, requests and"
    echo " certificates, signs, migrates keys between devices, backs them up, and keeps"
    echo " the audit log. It brings the Java runtime that it needs."
} >"$control/control"
